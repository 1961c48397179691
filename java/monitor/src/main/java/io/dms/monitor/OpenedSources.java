package io.dms.monitor;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The sources that a machine has.
 *
 * @param sources most trusted first, or in the order in which the options name them
 * @param refusals why the others did not open: name and one sentence for each
 */
record OpenedSources(List<MonitorSource> sources, Map<String, String> refusals) {
    private static final Logger LOG = LoggerFactory.getLogger(OpenedSources.class);
    private static final List<String> ORDER = List.of(BoardMonitor.TRUST.split(", "));

    /** Opens what the options name, or all. Never throws: who fails is among the refusals. */
    static OpenedSources of(MonitorOptions options, List<MonitorProvider> providers) {
        OpenedSources opened = new OpenedSources(new ArrayList<>(), new LinkedHashMap<>());
        List<MonitorProvider> wanted =
                options.sources().isEmpty() ? byTrust(providers) : opened.named(options.sources(), providers);
        wanted.forEach(provider -> opened.open(provider, options));
        return opened;
    }

    private static List<MonitorProvider> byTrust(List<MonitorProvider> providers) {
        Comparator<MonitorProvider> byTrust = Comparator.comparingInt(p -> {
            int at = ORDER.indexOf(p.name());
            return at < 0 ? ORDER.size() : at;
        });
        return providers.stream().sorted(byTrust).toList();
    }

    private List<MonitorProvider> named(List<String> names, List<MonitorProvider> providers) {
        List<MonitorProvider> wanted = new ArrayList<>();
        for (String name : names) {
            String plain = name.contains(":") ? name.substring(0, name.indexOf(':')) : name;
            List<MonitorProvider> found =
                    providers.stream().filter(p -> p.name().equals(plain)).toList();
            if (found.isEmpty()) {
                List<String> there =
                        providers.stream().map(MonitorProvider::name).sorted().toList();
                refusals.put(name, BoardMonitor.NO_SUCH_SOURCE + "; there are " + String.join(", ", there));
            }
            found.stream().filter(p -> !wanted.contains(p)).forEach(wanted::add);
        }
        return wanted;
    }

    private void open(MonitorProvider provider, MonitorOptions options) {
        try {
            for (MonitorProvider.Opening opening : provider.openAll(options)) {
                if (opening.source() != null) {
                    sources.add(opening.source());
                } else {
                    refusals.put(provider.name(), String.valueOf(opening.refusal()));
                }
            }
        } catch (RuntimeException | LinkageError e) {
            LOG.debug("the source {} could not be opened", provider.name(), e);
            refusals.put(provider.name(), "failed to open: " + e);
        }
    }
}
