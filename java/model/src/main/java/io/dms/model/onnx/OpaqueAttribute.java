package io.dms.model.onnx;

import ai.onnx.proto.OnnxMl.AttributeProto;
import io.dms.model.ForeignValue;

/**
 * An attribute of a foreign node that graphs have no value for (a subgraph, a list of strings), kept so that it can be
 * written back as it was.
 */
record OpaqueAttribute(AttributeProto proto) implements ForeignValue {
    @Override
    public byte[] toBytes() {
        return proto.toByteArray();
    }

    /** Short, because a subgraph can be large. */
    @Override
    public String toString() {
        return "opaque " + proto.getType();
    }
}
