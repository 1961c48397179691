/**
 * A client of the Open Inference Protocol, version 2, for any server that speaks it: gRPC and REST, deadlines, a retry
 * rule, a measured model of the network, and falling back to the device when a server is lost.
 */
@NullMarked
package io.dms.serve.client;

import org.jspecify.annotations.NullMarked;
