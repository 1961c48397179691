package io.dms.cli;

import java.util.List;

/** Command lines as a person can paste them. */
final class Shell {
    private Shell() {}

    /** The command and its arguments, quoted where a shell would take them apart. */
    static String quoted(String command, List<String> arguments) {
        StringBuilder out = new StringBuilder(command);
        for (String a : arguments) {
            boolean plain = a.matches("[A-Za-z0-9_@%+=:,./-]+");
            out.append(' ').append(plain ? a : "'" + a.replace("'", "'\\''") + "'");
        }
        return out.toString();
    }
}
