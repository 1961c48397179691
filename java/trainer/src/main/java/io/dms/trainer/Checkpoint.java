package io.dms.trainer;

import io.dms.compiler.tuning.TuningListener;
import io.dms.model.AtomicFile;
import io.dms.model.UserException;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32;
import java.util.zip.CheckedInputStream;
import java.util.zip.CheckedOutputStream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;

/**
 * The state of a training in a file: every weight, every level's normalisation, the momentum, and where it was. Written
 * beside and renamed, so that an interruption leaves the one before. Closed by a checksum.
 */
final class Checkpoint {
    private static final int MAGIC = 0x444d5354;
    private static final int VERSION = 2;
    /** The first version held no history. */
    private static final int OLDEST = 1;

    private final List<Tensor> tensors = new ArrayList<>();
    private final String fingerprint;
    private final int levels;

    /**
     * Where a training is.
     *
     * @param epoch from 0
     * @param step the next one of the epoch
     * @param losses sums of the epoch so far, one for each level
     * @param history the epochs that have ended
     */
    @SuppressWarnings("ArrayRecordComponent")
    record Position(int epoch, int step, double[] losses, List<TuningListener.Epoch> history) {}

    /** @param fingerprint what must be the same for the state to fit: network, recipe, data */
    Checkpoint(TorchNetwork network, Sgd sgd, String fingerprint) {
        this.fingerprint = fingerprint;
        this.levels = network.levels();
        tensors.addAll(network.weights().values());
        for (int l = 0; l < network.levels(); l++) {
            for (LevelNorm n : network.norms(l).values()) {
                tensors.addAll(List.of(n.scale(), n.shift(), n.mean(), n.variance()));
            }
        }
        tensors.addAll(sgd.momenta());
    }

    void write(Path file, Position position) {
        AtomicFile.write(file, raw -> {
            CheckedOutputStream checked = new CheckedOutputStream(new BufferedOutputStream(raw, 1 << 16), new CRC32());
            DataOutputStream out = new DataOutputStream(checked);
            out.writeInt(MAGIC);
            out.writeInt(VERSION);
            out.writeUTF(fingerprint);
            out.writeInt(position.epoch());
            out.writeInt(position.step());
            out.writeInt(position.losses().length);
            for (double l : position.losses()) {
                out.writeDouble(l);
            }
            writeHistory(out, position.history());
            for (Tensor t : tensors) {
                float[] values = Torch.floats(t);
                out.writeInt(values.length);
                for (float v : values) {
                    out.writeFloat(v);
                }
            }
            out.writeLong(checked.getChecksum().getValue());
            out.flush();
        });
    }

    /**
     * Puts the state back.
     *
     * @throws UserException if the file is damaged or belongs to another training
     */
    Position read(Path file) {
        try (CheckedInputStream checked = new CheckedInputStream(
                        new BufferedInputStream(Files.newInputStream(file), 1 << 16), new CRC32());
                DataInputStream in = new DataInputStream(checked)) {
            int version = in.readInt() == MAGIC ? in.readInt() : 0;
            if (version < OLDEST || version > VERSION) {
                throw new UserException(file + " is no checkpoint of this version of DMS: delete it to start anew");
            }
            String theirs = in.readUTF();
            if (!theirs.equals(fingerprint)) {
                throw new UserException(file + " belongs to another training (" + theirs + "), not to this one ("
                        + fingerprint + "): delete it to start anew, or give the same options");
            }
            int epoch = in.readInt();
            int step = in.readInt();
            if (in.readInt() != levels) {
                throw new UserException(file + " is damaged: delete it to start anew");
            }
            double[] losses = new double[levels];
            for (int i = 0; i < losses.length; i++) {
                losses[i] = in.readDouble();
            }
            List<TuningListener.Epoch> history = version > OLDEST ? readHistory(in) : List.of();
            List<float[]> values = new ArrayList<>();
            for (Tensor t : tensors) {
                int n = in.readInt();
                if (n != t.numel()) {
                    throw new UserException(file + " belongs to another network: delete it to start anew");
                }
                float[] v = new float[n];
                for (int i = 0; i < n; i++) {
                    v[i] = in.readFloat();
                }
                values.add(v);
            }
            long sum = checked.getChecksum().getValue();
            if (in.readLong() != sum) {
                throw new UserException(file + " is damaged: delete it to start anew");
            }
            put(values);
            return new Position(epoch, step, losses, history);
        } catch (IOException e) {
            throw new UserException(
                    file + " can't be read as a checkpoint (" + e.getMessage() + "): delete it to start anew");
        }
    }

    private static void writeHistory(DataOutputStream out, List<TuningListener.Epoch> history) throws IOException {
        out.writeInt(history.size());
        for (TuningListener.Epoch e : history) {
            out.writeInt(e.number());
            out.writeDouble(e.learningRate());
            out.writeDouble(e.seconds());
            for (List<Double> some : List.of(e.losses(), e.top1())) {
                out.writeInt(some.size());
                for (double v : some) {
                    out.writeDouble(v);
                }
            }
        }
    }

    private static List<TuningListener.Epoch> readHistory(DataInputStream in) throws IOException {
        List<TuningListener.Epoch> out = new ArrayList<>();
        for (int n = in.readInt(); n > 0; n--) {
            int number = in.readInt();
            double rate = in.readDouble();
            double seconds = in.readDouble();
            List<List<Double>> both = List.of(new ArrayList<>(), new ArrayList<>());
            for (List<Double> some : both) {
                for (int k = in.readInt(); k > 0; k--) {
                    some.add(in.readDouble());
                }
            }
            out.add(new TuningListener.Epoch(number, rate, both.get(0), both.get(1), seconds));
        }
        return out;
    }

    private void put(List<float[]> values) {
        try (PointerScope scope = new PointerScope();
                NoGradGuard guard = new NoGradGuard()) {
            for (int i = 0; i < values.size(); i++) {
                Tensor t = tensors.get(i);
                t.copy_(Torch.tensor(values.get(i), values.get(i).length).view_as(t));
            }
        }
    }
}
