package io.dms.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.dms.model.AtomicFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** JSON results: to a file, or to standard output under the name {@code -}. */
final class JsonFile {
    /** Stands for standard output. */
    static final String STANDARD_OUTPUT = "-";

    private static final ObjectMapper MAPPER = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

    private JsonFile() {}

    /** An empty object. */
    static ObjectNode object() {
        return MAPPER.createObjectNode();
    }

    /** Writes one object. */
    static void write(Console console, String target, ObjectNode content) {
        String text;
        try {
            text = MAPPER.writeValueAsString(content) + "\n";
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
        if (target.equals(STANDARD_OUTPUT)) {
            console.out().print(text);
            console.out().flush();
        } else {
            AtomicFile.write(Path.of(target), out -> out.write(text.getBytes(StandardCharsets.UTF_8)));
        }
    }
}
