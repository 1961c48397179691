package io.dms.backend.cudnn;

import java.util.List;
import org.bytedeco.cuda.global.cublas;
import org.bytedeco.cuda.global.cudnn;

/** Writes down what the cuDNN that is loaded answers: {@code RecordAnswers descriptors}, {@code graph} or {@code matmul}. */
final class RecordAnswers {
    private RecordAnswers() {}

    public static void main(String[] args) {
        List<String> lines = switch (args[0]) {
            case "graph" -> GraphCalls.ask(Answers.SEED);
            case "matmul" -> MatmulCalls.ask();
            default -> DescriptorCalls.ask(Answers.SEED);
        };
        System.out.println("# cuDNN " + cudnn.cudnnGetVersion() + ", cuBLASLt " + cublas.cublasLtGetVersion());
        lines.forEach(System.out::println);
    }
}
