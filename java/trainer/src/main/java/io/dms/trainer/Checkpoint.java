package io.dms.trainer;

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
    private static final int VERSION = 1;

    private final List<Tensor> tensors = new ArrayList<>();
    private final String fingerprint;

    /**
     * Where a training is.
     *
     * @param epoch from 0
     * @param step the next one of the epoch
     * @param losses sums of the epoch so far, one for each level
     */
    @SuppressWarnings("ArrayRecordComponent")
    record Position(int epoch, int step, double[] losses) {}

    /** @param fingerprint what must be the same for the state to fit: network, recipe, data */
    Checkpoint(TorchNetwork network, Sgd sgd, String fingerprint) {
        this.fingerprint = fingerprint;
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
            if (in.readInt() != MAGIC || in.readInt() != VERSION) {
                throw new UserException(file + " is no checkpoint of this version of DMS: delete it to start anew");
            }
            String theirs = in.readUTF();
            if (!theirs.equals(fingerprint)) {
                throw new UserException(file + " belongs to another training (" + theirs + "), not to this one ("
                        + fingerprint + "): delete it to start anew, or give the same options");
            }
            int epoch = in.readInt();
            int step = in.readInt();
            double[] losses = new double[in.readInt()];
            for (int i = 0; i < losses.length; i++) {
                losses[i] = in.readDouble();
            }
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
            return new Position(epoch, step, losses);
        } catch (IOException e) {
            throw new UserException(
                    file + " can't be read as a checkpoint (" + e.getMessage() + "): delete it to start anew");
        }
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
