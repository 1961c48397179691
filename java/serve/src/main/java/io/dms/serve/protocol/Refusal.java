package io.dms.serve.protocol;

import io.grpc.Status;

/** Why a request was not answered, with its status in HTTP and in gRPC, and whether asking again can help. */
public enum Refusal {
    /** The request is wrong; the same request will always be. */
    INVALID(400, Status.Code.INVALID_ARGUMENT, false),
    /** No token, or a wrong one. */
    UNAUTHENTICATED(401, Status.Code.UNAUTHENTICATED, false),
    /** No such model, version or path. */
    NOT_FOUND(404, Status.Code.NOT_FOUND, false),
    /** The path has no such method. */
    METHOD(405, Status.Code.UNIMPLEMENTED, false),
    /** The sender took too long to send the request. */
    SLOW(408, Status.Code.ABORTED, false),
    /** The request is over the limit of size. */
    TOO_LARGE(413, Status.Code.OUT_OF_RANGE, false),
    /** As many requests as allowed are being served: nothing was run, ask again later. */
    BUSY(429, Status.Code.RESOURCE_EXHAUSTED, true),
    /** The protocol has it, this server has not. */
    UNSUPPORTED(501, Status.Code.UNIMPLEMENTED, false),
    /** The server can't serve now, or can't be reached, or was lost before it answered. */
    UNAVAILABLE(503, Status.Code.UNAVAILABLE, true),
    /** The deadline passed before there was an answer. */
    LATE(504, Status.Code.DEADLINE_EXCEEDED, false),
    /** The server failed. */
    INTERNAL(500, Status.Code.INTERNAL, false);

    private final int http;
    private final Status.Code grpc;
    private final boolean again;

    Refusal(int http, Status.Code grpc, boolean again) {
        this.http = http;
        this.grpc = grpc;
        this.again = again;
    }

    /** The HTTP status. */
    public int http() {
        return http;
    }

    /** The gRPC status. */
    public Status.Code grpc() {
        return grpc;
    }

    /** True where the same request may be answered a moment later: inference has no effect but its answer. */
    public boolean mayTryAgain() {
        return again;
    }

    /** What a server's HTTP status means, its own or another's. */
    public static Refusal ofHttp(int status) {
        for (Refusal r : values()) {
            if (r.http == status) {
                return r;
            }
        }
        if (status == 403) {
            return UNAUTHENTICATED;
        }
        return status == 502 ? UNAVAILABLE : status >= 400 && status < 500 ? INVALID : INTERNAL;
    }

    /** What a server's gRPC status means, its own or another's. */
    public static Refusal ofGrpc(Status.Code code) {
        return switch (code) {
            case INVALID_ARGUMENT, FAILED_PRECONDITION -> INVALID;
            case UNAUTHENTICATED, PERMISSION_DENIED -> UNAUTHENTICATED;
            case NOT_FOUND -> NOT_FOUND;
            case ABORTED -> SLOW;
            case OUT_OF_RANGE -> TOO_LARGE;
            case RESOURCE_EXHAUSTED -> BUSY;
            case UNIMPLEMENTED -> UNSUPPORTED;
            case UNAVAILABLE -> UNAVAILABLE;
            case DEADLINE_EXCEEDED -> LATE;
            default -> INTERNAL;
        };
    }
}
