package io.dms.cli.machine;

import org.jspecify.annotations.Nullable;

/**
 * One finding of {@link Doctor}.
 *
 * @param name what was looked at
 * @param state how it is
 * @param finding what was found, one line
 * @param remedy what to do about it, or null
 */
public record Check(
        String name, State state, String finding, @Nullable String remedy) {
    /** How a thing is. */
    public enum State {
        /** There, and works. */
        OK("ok"),
        /** Not there; nothing that works here needs it. */
        MISSING("missing"),
        /** Worth a person's attention, DMS works all the same. */
        WARNING("warning"),
        /** DMS does not work without it. */
        BROKEN("broken");

        private final String word;

        State(String word) {
            this.word = word;
        }

        /** The word that people and JSON see. */
        public String word() {
            return word;
        }
    }

    static Check ok(String name, String finding) {
        return new Check(name, State.OK, finding, null);
    }

    static Check missing(String name, String finding) {
        return new Check(name, State.MISSING, finding, null);
    }
}
