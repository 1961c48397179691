package io.dms.cli;

import io.dms.control.Goal;
import io.dms.model.ProfileFile;
import io.dms.model.ScalableModel;
import io.dms.model.UserException;
import io.dms.robotics.ApplicationSpec;
import io.dms.robotics.Controllers;
import io.dms.robotics.DeploymentFile;
import io.dms.robotics.LatePolicy;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The streams of a run: models, sources, goals, or a file that has all of them. */
final class RunStreams {
    @Parameters(arity = "0..*", paramLabel = "MODEL", description = "Scalable models, one for each stream.")
    private List<Path> models = new ArrayList<>();

    @Option(
            names = "--config",
            paramLabel = "FILE",
            description = "A deployment (dms.yaml) with all streams, in place of MODEL and the options of streams.")
    private @Nullable Path config;

    @Option(
            names = "--source",
            paramLabel = "SOURCE",
            description = "Where frames come from: synthetic:FPS[,poisson|,burst=N], folder:DIR[@FPS],"
                    + " video:FILE[@FPS], camera[:/dev/videoN|:csiN] (default: synthetic:30). Once, or once for each"
                    + " MODEL.")
    private List<String> sources = new ArrayList<>();

    @Option(
            names = "--goal",
            paramLabel = "GOAL",
            description = "What to keep, as in \"p95<=30ms accuracy>=0.85 energy<=5mJ power<=10W priority=1\" (default:"
                    + " the widest level). Once, or once for each MODEL.")
    private List<String> goals = new ArrayList<>();

    @Option(
            names = "--controller",
            paramLabel = "NAME",
            description = "Who picks the level: predictive, feedback, step, fixed, fixed:WIDTH (default: predictive).")
    private @Nullable String controller;

    @Option(
            names = "--profile",
            paramLabel = "FILE",
            description =
                    "Profile from \"dms profile\" (default: a short measurement at the start). Once for each MODEL.")
    private List<Path> profiles = new ArrayList<>();

    @Option(
            names = "--late",
            paramLabel = "POLICY",
            description = "What happens to a frame that can no longer keep the goal: drop or serve (default: drop).")
    private @Nullable LatePolicy late;

    @Option(names = "--batch", paramLabel = "N", description = "Images of one frame (default: 1).")
    private @Nullable Integer batch;

    @Option(
            names = "--threads",
            paramLabel = "N",
            description = "Most threads inside one call; fewer are used while others keep cores busy (default: all"
                    + " cores).")
    private @Nullable Integer threads;

    @Option(names = "--backend", paramLabel = "NAME", description = "What runs it (default: cpu).")
    private @Nullable String backend;

    @Mixin
    private ComputeOptions compute = new ComputeOptions();

    /** True where any of it was typed. */
    boolean given() {
        return config != null || ownOptions();
    }

    private boolean ownOptions() {
        return !models.isEmpty()
                || !sources.isEmpty()
                || !goals.isEmpty()
                || !profiles.isEmpty()
                || controller != null
                || late != null
                || batch != null
                || threads != null
                || backend != null
                || compute.given();
    }

    /** The first file to read, null where there is none. */
    @Nullable
    Path firstModel() {
        return config != null ? config : models.isEmpty() ? null : models.get(0);
    }

    /** The controller that was typed, or the default. */
    String controller() {
        return controller == null ? "predictive" : controller;
    }

    /** True where a profile was named. */
    boolean hasProfile() {
        return !profiles.isEmpty();
    }

    /** Goals that were typed. */
    List<Goal> goals() {
        return goals.stream().map(Goal::parse).toList();
    }

    /** Sources that were typed. */
    List<String> sources() {
        return sources;
    }

    /** The streams, models and profiles read. */
    List<ApplicationSpec> specs() {
        if (config != null) {
            if (ownOptions()) {
                throw new UserException(
                        "--config brings models, sources and goals: leave out the others, or leave out" + " --config");
            }
            return DeploymentFile.read(config);
        }
        int n = Math.max(1, models.size());
        counted("--source", sources, n, true);
        counted("--goal", goals, n, true);
        counted("--profile", profiles, n, false);
        Controllers.find(controller());
        compute.check(backend == null ? "cpu" : backend);
        List<ApplicationSpec> out = new ArrayList<>();
        Set<String> names = new HashSet<>();
        for (int i = 0; i < n; i++) {
            ScalableModel model = ModelInput.scalable(
                    models.isEmpty() ? null : models.get(i), List.of(), backend == null ? "cpu" : backend);
            String name = model.name();
            for (int k = 2; !names.add(name); k++) {
                name = model.name() + "-" + k;
            }
            out.add(new ApplicationSpec(
                    name,
                    model,
                    backend == null ? "cpu" : backend,
                    batch == null ? 1 : batch,
                    threads == null ? 0 : threads,
                    compute.precision(),
                    compute.launch(),
                    profiles.isEmpty() ? null : ProfileFile.read(profiles.get(i)),
                    pick(sources, i, "synthetic:30"),
                    goals.isEmpty() ? Goal.NONE : Goal.parse(pick(goals, i, "none")),
                    controller(),
                    late == null ? LatePolicy.DROP : late));
        }
        return out;
    }

    private static String pick(List<String> list, int i, String otherwise) {
        return list.isEmpty() ? otherwise : list.get(list.size() == 1 ? 0 : i);
    }

    private static void counted(String option, List<?> given, int models, boolean oneForAll) {
        boolean fits = given.isEmpty() || given.size() == models || (oneForAll && given.size() == 1);
        if (!fits) {
            throw new UserException(option + " was given " + given.size() + " times for " + models
                    + (models == 1 ? " stream" : " streams") + ": give it once for each"
                    + (oneForAll ? ", or once for all" : ""));
        }
    }
}
