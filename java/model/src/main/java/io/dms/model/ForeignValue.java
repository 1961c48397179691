package io.dms.model;

/**
 * An attribute of a node outside the supported list that graphs have no value for (a subgraph, a list of strings), kept
 * as it was in the file.
 */
public interface ForeignValue {
    /** All of it, as the file has it: equal for equal attributes. */
    byte[] toBytes();
}
