package io.dms.trainer;

import io.dms.compiler.data.LabelledImages;
import io.dms.compiler.tuning.TuningListener;
import io.dms.compiler.tuning.TuningOptions;
import io.dms.model.DmsException;
import io.dms.model.Graph;
import io.dms.model.GroupAnalysis;
import io.dms.model.ModelDigest;
import io.dms.model.ModelException;
import io.dms.model.Preprocessing;
import io.dms.model.ScalableModel;
import io.dms.model.UserException;
import io.dms.model.WidthLevel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.jspecify.annotations.Nullable;

/**
 * Trains all levels of a scalable model together: the sandwich rule and in-place distillation of Yu and Huang 2019,
 * "Universally Slimmable Networks and Improved Training Techniques", sections 3.2 and 3.3, over the fixed levels of the
 * model, with a normalisation of its own for each level. In each step the full width learns from the labels and each
 * narrower level from what the full width says (the loss is the divergence of Kullback and Leibler); the gradients add
 * up in the one set of weights. After the last step the running statistics of every level are measured anew on training
 * images.
 *
 * <p>Or, for a search afterwards, trains levels of random counts in place of the model's, all with the full width's
 * normalisation ({@link DrawnLevels}); the model's own levels get theirs at the end.
 *
 * <p>Or trains one level by itself, from the same start and by the same recipe: what sharing the weights costs is the
 * difference.
 *
 * <p>The same model, data, options and number of threads give the same result. Not thread-safe.
 */
public final class NestedTraining {
    private static final int STATISTICS_BATCHES = 50;
    private static final int CHECKPOINT_STEPS = 200;

    private final ScalableModel source;
    private final @Nullable WidthLevel alone;
    private final int first;
    private final TuningOptions options;
    private final TuningListener listener;

    /** @param source a model with its channels ordered */
    public NestedTraining(ScalableModel source, TuningOptions options, TuningListener listener) {
        this(source, null, options, listener);
    }

    /**
     * @param source a model with its channels ordered
     * @param alone the level of it that is trained by itself, null for all levels together
     */
    public NestedTraining(
            ScalableModel source, @Nullable WidthLevel alone, TuningOptions options, TuningListener listener) {
        if (alone != null && options.freezeFull()) {
            throw new UserException("a level that is trained alone shares no weights with the full width:"
                    + " there is nothing to freeze");
        }
        if (options.randomLevels() && (alone != null || source.levels().size() < 3)) {
            throw new UserException("levels are drawn between the full and the narrowest one, in place of those in"
                    + " between: "
                    + (alone != null
                            ? "there are none where one is trained alone"
                            : source.name() + " has none there"));
        }
        this.source = source;
        this.alone = alone;
        this.first = alone == null ? (options.freezeFull() ? 1 : 0) : cuts(alone) ? 1 : 0;
        this.options = options;
        this.listener = listener;
    }

    /**
     * Trains.
     *
     * @param training labelled images
     * @param test labelled images that accuracy is told on after each epoch, null for none
     * @return the tuned model, or the network of the level that was trained alone, as a model of one level; null where it was stopped, with the state in the checkpoint
     * @throws UserException if data and network don't fit, an operator can't be trained, or the loss is no number any
     *     more; the last checkpoint is kept
     */
    public @Nullable ScalableModel run(LabelledImages training, @Nullable LabelledImages test) {
        check(training, "the training set");
        if (test != null) {
            check(test, "the test set");
        }
        ScalableModel teacher = options.teacher();
        if (teacher != null) {
            check(teacher);
        }
        int threads = options.threads() == 0 ? Runtime.getRuntime().availableProcessors() : options.threads();
        Torch.load(threads, options.seed());
        Normalized normalized = Normalized.of(source.graph());
        ScalableModel model = regrouped(normalized.graph());
        Preprocessing preprocessing = preprocessing();
        Batches batches = new Batches(training, preprocessing, options.limit(), options.batch(), options.seed());
        if (batches.steps() < 1) {
            throw new UserException("there are only " + training.size() + " training images: too few for one batch");
        }
        try (TorchNetwork network = new TorchNetwork(model);
                TorchNetwork taught = teacher == null ? null : new TorchNetwork(fullWidth(teacher));
                Sgd sgd = optimizer(network)) {
            Statistics statistics = new Statistics(network, batches);
            Path checkpoint = options.checkpoint();
            Checkpoint.Position position = checkpoint != null && Files.exists(checkpoint)
                    ? new Checkpoint(network, sgd, fingerprint(model, batches)).read(checkpoint)
                    : null;
            if (position == null) {
                statistics.measureAsFound(
                        normalized.inserted(),
                        wanted().stream().map(WidthLevel::normalization).toList(),
                        !options.freezeFull());
                position = new Checkpoint.Position(0, 0, new double[network.levels()], List.of());
            } else {
                listener.resumed(position.history());
            }
            if (!steps(network, taught, sgd, statistics, batches, position, preprocessing, test, model)) {
                return null;
            }
            if (options.randomLevels()) {
                statistics.share();
            }
            statistics.measure(first, STATISTICS_BATCHES);
            return tuned(network, model);
        }
    }

    private void check(LabelledImages images, String what) {
        var in = source.graph().inputs().get(0).shape();
        var out = source.graph().outputs().get(0).shape();
        if (!images.labelled()) {
            throw new UserException(what + " (" + images.describe() + ") has no labels: training needs them");
        }
        if (in.rank() != 4 || in.dim(1) != 3 || in.dim(2) != images.height() || in.dim(3) != images.width()) {
            throw new UserException(what + " (" + images.describe() + ") has images of " + images.width() + "x"
                    + images.height() + " but the network wants " + in);
        }
        if (out.rank() != 2 || out.dim(1) != images.classes()) {
            throw new UserException(what + " (" + images.describe() + ") has " + images.classes()
                    + " classes but the network's output is " + out);
        }
    }

    /** A teacher sees the very images that its pupil sees and speaks about the same classes. */
    private void check(ScalableModel teacher) {
        var in = source.graph().inputs().get(0).shape();
        var out = source.graph().outputs().get(0).shape();
        var theirIn = teacher.graph().inputs().get(0).shape();
        var theirOut = teacher.graph().outputs().get(0).shape();
        boolean fits = theirIn.rank() == in.rank() && theirOut.rank() == out.rank();
        for (int axis = 1; fits && axis < in.rank(); axis++) {
            fits = theirIn.dim(axis) == in.dim(axis);
        }
        if (!fits || theirOut.dim(1) != out.dim(1)) {
            throw new UserException("the teacher " + teacher.name() + " reads " + theirIn + " and gives " + theirOut
                    + " but " + source.name() + " reads " + in + " and gives " + out
                    + ": take a teacher that was trained for the same images and classes");
        }
        Preprocessing theirs = teacher.preprocessing();
        Preprocessing ours = preprocessing();
        if (theirs != null && !(Arrays.equals(theirs.mean(), ours.mean()) && Arrays.equals(theirs.std(), ours.std()))) {
            throw new UserException("the teacher " + teacher.name() + " wants its input with other mean and std than "
                    + source.name() + ": take one that was trained with the same");
        }
    }

    private static ScalableModel fullWidth(ScalableModel teacher) {
        return new ScalableModel(
                teacher.name(),
                teacher.graph(),
                teacher.groups(),
                List.of(teacher.full()),
                teacher.preprocessing(),
                teacher.provenance());
    }

    private Preprocessing preprocessing() {
        Preprocessing p = source.preprocessing();
        return p == null ? Preprocessing.IMAGENET : p;
    }

    /** The model with normalisation at every site; its groups are the same channels as before. */
    private ScalableModel regrouped(Graph graph) {
        var groups = GroupAnalysis.analyze(graph);
        boolean same = groups.groups().size() == source.groups().groups().size();
        for (int g = 0; same && g < groups.groups().size(); g++) {
            same = groups.groups().get(g).size()
                    == source.groups().groups().get(g).size();
        }
        if (!same) {
            throw new ModelException("the channel groups of " + source.name()
                    + " are not those of its graph: compile the original network again");
        }
        List<WidthLevel> levels =
                wanted().stream().map(l -> l.withNormalization(Map.of())).toList();
        return new ScalableModel(source.name(), graph, groups, levels, source.preprocessing(), source.provenance());
    }

    /** The levels that the network is made for, the full width first. */
    private List<WidthLevel> wanted() {
        if (alone == null) {
            return source.levels();
        }
        return first == 0 ? List.of(source.full()) : List.of(source.full(), alone);
    }

    private Sgd optimizer(TorchNetwork network) {
        Sgd sgd = new Sgd();
        if (!options.freezeFull()) {
            network.weights().values().forEach(w -> sgd.add(w, w.dim() > 1 ? options.weightDecay() : 0));
        } else {
            network.weights().values().forEach(w -> w.set_requires_grad(false));
        }
        int last = options.randomLevels() ? 1 : network.levels();
        for (int l = first; l < last; l++) {
            for (LevelNorm n : network.norms(l).values()) {
                sgd.add(n.scale(), 0);
                sgd.add(n.shift(), 0);
            }
        }
        return sgd;
    }

    private String fingerprint(ScalableModel model, Batches batches) {
        return model.name() + " levels " + model.levels() + " epochs " + options.epochs() + " batch " + batches.batch()
                + " of " + batches.steps() + " rate " + options.learningRate() + " decay " + options.weightDecay()
                + " seed " + options.seed() + " frozen " + options.freezeFull()
                + " precision " + options.precision() + (alone == null ? "" : " only " + alone.name())
                + (options.randomLevels() ? " random levels" : "")
                + (options.teacher() == null ? "" : " teacher " + ModelDigest.of(options.teacher()));
    }

    private boolean steps(
            TorchNetwork network,
            @Nullable TorchNetwork teacher,
            Sgd sgd,
            Statistics statistics,
            Batches batches,
            Checkpoint.Position from,
            Preprocessing preprocessing,
            @Nullable LabelledImages test,
            ScalableModel model) {
        Checkpoint checkpoint = new Checkpoint(network, sgd, fingerprint(model, batches));
        DrawnLevels random = options.randomLevels() ? new DrawnLevels(model, options.seed()) : null;
        TrainingStep gradients = new TrainingStep(network, options, first, alone != null, teacher);
        int told = alone == null ? 0 : first;
        Path file = options.checkpoint();
        long total = (long) options.epochs() * batches.steps();
        double[] losses = from.losses().clone();
        List<TuningListener.Epoch> history = new ArrayList<>(from.history());
        int step = from.step();
        for (int epoch = from.epoch(); epoch < options.epochs(); epoch++) {
            long start = System.nanoTime();
            batches.epoch(epoch);
            batches.skip(step);
            for (; step < batches.steps(); step++) {
                long done = (long) epoch * batches.steps() + step;
                boolean stop = listener.cancelled();
                if (file != null && (stop || (step > 0 && step % CHECKPOINT_STEPS == 0))) {
                    save(checkpoint, file, new Checkpoint.Position(epoch, step, losses, history));
                }
                if (stop) {
                    return false;
                }
                batches.next(step);
                for (int l = 1; random != null && l < network.levels(); l++) {
                    network.draw(l, random.at(l, done));
                }
                try (PointerScope scope = new PointerScope()) {
                    gradients.gradients(batches.input(), batches.target(), losses);
                }
                sgd.step(options.learningRate() * 0.5 * (1 + Math.cos(Math.PI * done / total)));
                listener.step(done + 1, total);
            }
            List<Double> mean = new ArrayList<>();
            for (int l = told; l < losses.length; l++) {
                mean.add(losses[l] / batches.steps());
            }
            double rate = options.learningRate() * 0.5 * (1 + Math.cos(Math.PI * (epoch + 1) / options.epochs()));
            network.settle();
            if (random != null && test != null) {
                statistics.share();
                statistics.measure(1, STATISTICS_BATCHES);
            }
            List<Double> top1 = test == null
                    ? List.of()
                    : Evaluation.top1(network, told, test, options.testLimit(), preprocessing, options.batch());
            losses = new double[network.levels()];
            step = 0;
            history.add(new TuningListener.Epoch(epoch + 1, rate, mean, top1, (System.nanoTime() - start) / 1e9));
            if (file != null) {
                save(checkpoint, file, new Checkpoint.Position(epoch + 1, 0, losses, history));
            }
            listener.epoch(history.get(history.size() - 1));
        }
        return true;
    }

    /** A disk that is full may have room again later: the training goes on, and the state written before stays. */
    private void save(Checkpoint checkpoint, Path file, Checkpoint.Position position) {
        try {
            checkpoint.write(file, position);
        } catch (DmsException e) {
            listener.warning("the state could not be saved (" + e.getMessage() + "); "
                    + (Files.isRegularFile(file) ? "the one saved before is kept" : "there is none to go on from")
                    + ", and the training goes on");
        }
    }

    private boolean cuts(WidthLevel level) {
        return !Arrays.equals(level.counts(), source.full().counts());
    }

    private ScalableModel tuned(TorchNetwork network, ScalableModel model) {
        if (alone != null) {
            return TunedModel.alone(network, model, first, options);
        }
        if (options.freezeFull()) {
            return TunedModel.frozen(network, source, options);
        }
        return TunedModel.of(network, model, options);
    }
}
