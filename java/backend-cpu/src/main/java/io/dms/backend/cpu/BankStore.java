package io.dms.backend.cpu;

import io.dms.runtime.WeightBank;

/** Packed weights of all levels of a session, in a {@link WeightBank} of native memory. */
final class BankStore implements WeightStore, WeightBank.Memory<LevelPlan> {
    private final WeightBank<LevelPlan> bank;

    BankStore(long budget) {
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
        NativeBlock block = new NativeBlock(content.bytes());
        try (Content.Job job = content.open(block.address())) {
            job.run();
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
    public long bytes() {
        return bank.bytes();
    }

    @Override
    public void close() {
        bank.close();
    }
}
