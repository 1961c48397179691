package io.dms.backend.cudnn;

import io.dms.cuda.DeviceMemory;
import io.dms.runtime.WeightBank;

/** Weights of all levels of a session, and the full-width ones that products read, in a {@link WeightBank} on the device. */
final class BankStore implements WeightStore, WeightBank.Memory<LevelPlan> {
    private final Device device;
    private final WeightBank<LevelPlan> bank;

    BankStore(Device device, long budget) {
        this.device = device;
        bank = new WeightBank<>(this, budget);
    }

    @Override
    public int count(LevelPlan plan) {
        return plan.weights().size();
    }

    @Override
    public Object key(LevelPlan plan, int i) {
        return plan.weights().get(i).content().key();
    }

    @Override
    public long bytes(LevelPlan plan, int i) {
        return plan.weights().get(i).content().bytes();
    }

    @Override
    public WeightBank.Block store(LevelPlan plan, int i) {
        Content content = plan.weights().get(i).content();
        DeviceMemory block = DeviceMemory.device(device.gpu, content.bytes());
        try {
            device.upload(content, block.address());
        } catch (RuntimeException | Error e) {
            block.close();
            throw e;
        }
        return block;
    }

    @Override
    public void bind(LevelPlan plan, int i, long address) {
        plan.bindWeight(i, address);
    }

    @Override
    public void prepare(LevelPlan plan) {
        bank.load(plan);
    }

    @Override
    public void load(LevelPlan plan) {
        bank.load(plan);
    }

    @Override
    public void forget(LevelPlan plan) {
        bank.forget(plan);
    }

    @Override
    public long bytes() {
        return bank.bytes();
    }

    @Override
    public void close() {
        bank.close();
    }
}
