package io.dms.backend.cudnn;

import java.util.List;
import org.bytedeco.cuda.global.cudnn;

/** Writes down what the cuDNN that is loaded answers: {@code RecordAnswers descriptors} or {@code graph}. */
final class RecordAnswers {
    private RecordAnswers() {}

    public static void main(String[] args) {
        List<String> lines = args[0].equals("graph") ? GraphCalls.ask(Answers.SEED) : DescriptorCalls.ask(Answers.SEED);
        System.out.println("# cuDNN " + cudnn.cudnnGetVersion());
        lines.forEach(System.out::println);
    }
}
