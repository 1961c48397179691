package io.dms.cli.report;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Properties;
import java.util.stream.Collectors;

/** What all HTML reports share: templates, escaping, and the charts' library, inlined so that a page needs no network. */
final class HtmlPage {
    private static final String WEBJAR = "META-INF/resources/webjars/chart.js/";

    private HtmlPage() {}

    /** A template of this package with its parts, the library among them as {@code chartjs}. */
    static String fill(String template, Map<String, String> parts) {
        Map<String, String> all = new LinkedHashMap<>(parts);
        all.put("chartjs", chartJs());
        all.put("style", resource("io/dms/cli/report/page.css"));
        return replaced(resource("io/dms/cli/report/" + template), all);
    }

    /** Replaces {@code {{name}}}, in one pass, so that nothing inside a part is taken for a place. */
    private static String replaced(String template, Map<String, String> parts) {
        StringBuilder out = new StringBuilder();
        int at = 0;
        for (int open = template.indexOf("{{"); open >= 0; open = template.indexOf("{{", at)) {
            int close = template.indexOf("}}", open);
            String name = template.substring(open + 2, close);
            String part = parts.get(name);
            if (part == null) {
                throw new IllegalStateException("the template names a part that is not there: " + name);
            }
            out.append(template, at, open).append(part);
            at = close + 2;
        }
        return out.append(template, at, template.length()).toString();
    }

    /** Names and values. */
    static String list(Map<String, String> facts) {
        StringBuilder out = new StringBuilder("<dl>\n");
        facts.forEach((name, value) -> out.append("<dt>")
                .append(escape(name))
                .append("</dt><dd>")
                .append(escape(value))
                .append("</dd>\n"));
        return out.append("</dl>\n").toString();
    }

    private static String chartJs() {
        Properties pom = new Properties();
        try (InputStream in = stream("META-INF/maven/org.webjars.npm/chart.js/pom.properties")) {
            pom.load(in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        String script = resource(WEBJAR + pom.getProperty("version") + "/dist/chart.umd.min.js");
        return script.replaceAll("(?m)^//# sourceMappingURL=.*$", "").replace("</script", "<\\/script");
    }

    private static String resource(String name) {
        try (InputStream in = stream(name)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static InputStream stream(String name) {
        InputStream in = HtmlPage.class.getClassLoader().getResourceAsStream(name);
        if (in == null) {
            throw new IllegalStateException("the build left out " + name);
        }
        return in;
    }

    /** A command line whose words stay whole where they fit: browsers break behind the dashes of an option. */
    static String command(String words) {
        return Arrays.stream(words.split(" ", -1))
                .map(w -> "<span class=\"word\">" + escape(w) + "</span>")
                .collect(Collectors.joining(" "));
    }

    /** Text inside of a page. */
    static String escape(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
    }
}
