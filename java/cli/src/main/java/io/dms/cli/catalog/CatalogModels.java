package io.dms.cli.catalog;

import io.dms.model.ScalableModel;
import io.dms.model.UserException;
import io.dms.model.WidthLevel;
import io.dms.schedule.catalog.Catalog;
import io.dms.schedule.catalog.CatalogFile;
import io.dms.schedule.catalog.Kind;
import io.dms.schedule.catalog.Variant;
import io.dms.select.sample.Entrant;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The variants of a catalog that are networks of their own, as candidates of a selector. */
public final class CatalogModels {
    private static final Set<Kind> KINDS = EnumSet.of(Kind.LEVEL, Kind.NETWORK, Kind.LOW_RANK);

    private CatalogModels() {}

    /**
     * Levels, networks and low-rank networks of a catalog, named by the ids of their variants. Heads and remote variants
     * are left out: they answer no image alone and here.
     *
     * @throws UserException if the catalog can't be read, has no such variants, or one of them can't run here
     */
    public static List<Entrant> entrants(Path file) {
        Catalog catalog = CatalogFile.read(file);
        Map<String, ScalableModel> models = new HashMap<>();
        List<Entrant> out = new ArrayList<>();
        for (Variant v : catalog.variants()) {
            String path = v.implementation().get(CatalogBuilder.MODEL);
            if (!KINDS.contains(v.kind()) || v.implementation().containsKey(CatalogBuilder.HEAD) || path == null) {
                continue;
            }
            String refusal = CatalogExecutor.refusal(v);
            if (refusal != null) {
                throw new UserException(file + ": " + refusal);
            }
            ScalableModel model = models.computeIfAbsent(
                    path, p -> Workbench.read(p.equals(CatalogBuilder.BUNDLED) ? null : Path.of(p)));
            WidthLevel level = CatalogExecutor.level(
                    model, String.valueOf(v.implementation().get(CatalogBuilder.LEVEL)));
            out.add(new Entrant(v.id(), Entrant.of(model, level).model(), level));
        }
        if (out.isEmpty()) {
            throw new UserException(file + " has no levels and no networks that run here: build it with such variants");
        }
        return out;
    }
}
