package io.dms.serve.client;

import io.dms.serve.protocol.InferResponse;
import io.dms.serve.protocol.InferenceException;
import org.jspecify.annotations.Nullable;

/**
 * What came of a request that may be served by a server or here.
 *
 * @param from who answered
 * @param response the answer, null where it was refused
 * @param loss why the server did not answer, where it was asked and did not, or was not asked; null where it answered
 * @param nanos from asking to this
 */
public record RemoteAnswer(
        From from,
        @Nullable InferResponse response,
        @Nullable InferenceException loss,
        long nanos) {
    /** Who answered. */
    public enum From {
        /** The server. */
        SERVER,
        /** The device. */
        DEVICE,
        /** Nobody: neither could within the deadline. */
        REFUSED
    }
}
