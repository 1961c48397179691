package io.dms.cli;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import picocli.CommandLine.Help;
import picocli.CommandLine.Help.Ansi.Text;
import picocli.CommandLine.Help.ColorScheme;
import picocli.CommandLine.Help.Column;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/**
 * Help whose descriptions break at spaces alone. Picocli breaks where a line of prose may be broken, which is also
 * behind a colon or before a bracket, so that {@code load:2@10-20} would come apart and could not be copied.
 */
final class WholeWords extends Help {
    WholeWords(CommandSpec spec, ColorScheme colours) {
        super(spec, colours);
    }

    @Override
    public Layout createDefaultLayout(
            List<OptionSpec> options, List<PositionalParamSpec> parameters, ColorScheme colours) {
        Layout usual = super.createDefaultLayout(options, parameters, colours);
        return new Layout(
                colours,
                new Table(colours, usual.textTable().columns()),
                usual.optionRenderer(),
                usual.parameterRenderer());
    }

    /** Rows whose last column is broken before picocli would have to. */
    private static final class Table extends TextTable {
        private final ColorScheme colours;

        Table(ColorScheme colours, Column[] columns) {
            super(colours, columns);
            this.colours = colours;
            indentWrappedLines = 2;
        }

        @Override
        public void addRowValues(Text... cells) {
            int last = cells.length - 1;
            Column column = columns()[last];
            List<Text> lines = lines(cells[last], column.width - column.indent);
            Text[] row = cells.clone();
            for (Text line : lines) {
                row[last] = line;
                super.addRowValues(row);
                Arrays.fill(row, colours.text(""));
            }
        }

        /** The text in lines of at most so many characters; a word that is longer is cut. */
        private List<Text> lines(Text text, int room) {
            List<Text> out = new ArrayList<>();
            Text rest = text;
            int most = room;
            while (rest.plainString().length() > most) {
                String plain = rest.plainString();
                int at = plain.lastIndexOf(' ', most);
                int end = at <= 0 ? most : at;
                out.add(out.isEmpty() ? rest.substring(0, end) : indented(rest.substring(0, end)));
                rest = rest.substring(at <= 0 ? end : end + 1);
                most = room - indentWrappedLines;
            }
            out.add(out.isEmpty() ? rest : indented(rest));
            return out;
        }

        private Text indented(Text line) {
            return colours.text(" ".repeat(indentWrappedLines)).concat(line);
        }
    }
}
