/**
 * The Open Inference Protocol, version 2, apart from any transport: tensors, requests and responses as values, and their
 * forms in JSON (REST) and protobuf (gRPC). Server and client use the same code.
 */
@NullMarked
package io.dms.serve.protocol;

import org.jspecify.annotations.NullMarked;
