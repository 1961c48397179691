package io.dms.serve;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.UnsafeByteOperations;
import io.dms.serve.wire.ModelInferRequest;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import java.io.IOException;
import java.io.InputStream;

/**
 * A request of inference as it came over gRPC. Its tensors are views of one array that is used again: they are good until
 * {@link #release}. A request that is never released is only garbage.
 */
final class ReceivedRequest {
    private final ModelInferRequest message;
    private final byte[] bytes;
    private final ByteArrays arrays;

    private ReceivedRequest(ModelInferRequest message, byte[] bytes, ByteArrays arrays) {
        this.message = message;
        this.bytes = bytes;
        this.arrays = arrays;
    }

    ModelInferRequest message() {
        return message;
    }

    /** Gives the bytes back, once, when nothing of the message is read any more. */
    void release() {
        arrays.give(bytes);
    }

    /**
     * Reads messages with one copy out of the transport's memory. The generated marshaller copies twice and makes an array
     * for each tensor.
     */
    static final class Marshaller implements MethodDescriptor.Marshaller<ReceivedRequest> {
        private final ByteArrays arrays;

        Marshaller(ByteArrays arrays) {
            this.arrays = arrays;
        }

        @Override
        public InputStream stream(ReceivedRequest value) {
            return value.message.toByteString().newInput();
        }

        @Override
        public ReceivedRequest parse(InputStream stream) {
            try {
                // The transport's streams know their length; where one does not, the rest is read as it comes.
                int known = stream.available();
                byte[] bytes = arrays.take(known);
                int length = stream.readNBytes(bytes, 0, known);
                byte[] rest = stream.readAllBytes();
                if (rest.length > 0) {
                    byte[] all = java.util.Arrays.copyOf(bytes, length + rest.length);
                    System.arraycopy(rest, 0, all, length, rest.length);
                    bytes = all;
                    length = all.length;
                }
                CodedInputStream in =
                        UnsafeByteOperations.unsafeWrap(bytes, 0, length).newCodedInput();
                in.enableAliasing(true);
                return new ReceivedRequest(ModelInferRequest.parseFrom(in), bytes, arrays);
            } catch (InvalidProtocolBufferException e) {
                throw Status.INTERNAL
                        .withDescription("Invalid protobuf byte sequence")
                        .withCause(e)
                        .asRuntimeException();
            } catch (IOException e) {
                throw Status.INTERNAL
                        .withDescription("the request can't be read")
                        .withCause(e)
                        .asRuntimeException();
            }
        }
    }
}
