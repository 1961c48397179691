package io.dms.cli.catalog;

import io.dms.compiler.data.LabelledImages;
import io.dms.model.UserException;
import io.dms.schedule.catalog.Catalog;
import io.dms.schedule.catalog.Task;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/** Which image a stream shows next: any, or mostly those of a context's classes. The same for the same seed. */
final class StreamImages {
    private final Catalog catalog;
    private final LabelledImages images;
    private final SplittableRandom random;

    StreamImages(Catalog catalog, LabelledImages images, SplittableRandom random) {
        this.catalog = catalog;
        this.images = images;
        this.random = random;
    }

    /** An image at random, from the context's classes by its share where there is one. */
    int next(@Nullable String context) {
        List<String> members = List.of();
        double share = 0;
        for (Task t : catalog.tasks()) {
            for (Task.Context c : t.contexts()) {
                if (c.name().equals(context)) {
                    members = c.members();
                    share = c.share();
                }
            }
        }
        boolean in = random.nextDouble() < share && !members.isEmpty();
        for (int tries = 0; tries < 10_000; tries++) {
            int i = random.nextInt(images.size());
            if (context == null
                    || members.isEmpty()
                    || members.contains(images.classNames().get(images.label(i))) == in) {
                return i;
            }
        }
        throw new UserException("the data has no image for context " + context);
    }
}
