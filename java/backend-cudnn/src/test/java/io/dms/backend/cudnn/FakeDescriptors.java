package io.dms.backend.cudnn;

import java.util.HashMap;
import java.util.Map;

/** Descriptors as rows of numbers. Checks that they are made, set before they are used, and destroyed once. */
final class FakeDescriptors implements Descriptors {
    private final Map<Long, int[]> values = new HashMap<>();
    private long next = 1;
    private int sets;

    /** How many there are. */
    int count() {
        return values.size();
    }

    /** How often one was set. */
    int sets() {
        return sets;
    }

    void assertGone() {
        if (!values.isEmpty()) {
            throw new IllegalStateException(values.size() + " descriptors left behind");
        }
    }

    private void set(long desc, int... numbers) {
        if (!values.containsKey(desc)) {
            throw new IllegalStateException("no such descriptor");
        }
        sets++;
        values.put(desc, numbers);
    }

    /** What it was set to, in the order of the method that set it, true as 1. */
    int[] get(long desc) {
        int[] v = values.get(desc);
        if (v == null || v.length == 0) {
            throw new IllegalStateException("a descriptor that was not set");
        }
        return v;
    }

    @Override
    public long create(Kind kind) {
        values.put(++next, new int[0]);
        return next;
    }

    @Override
    public void destroy(Kind kind, long desc) {
        if (values.remove(desc) == null) {
            throw new IllegalStateException("destroyed twice");
        }
    }

    @Override
    public void setTensor(long d, boolean half, int n, int c, int h, int w, int sn, int sc, int sh, int sw) {
        set(d, half ? 1 : 0, n, c, h, w, sn, sc, sh, sw);
    }

    @Override
    public void setFilter(long desc, boolean half, boolean nhwc, int k, int c, int r, int s) {
        set(desc, half ? 1 : 0, nhwc ? 1 : 0, k, c, r, s);
    }

    @Override
    public void setConvolution(long d, int ph, int pw, int sh, int sw, int dh, int dw, int groups, int math) {
        set(d, ph, pw, sh, sw, dh, dw, groups, math);
    }

    @Override
    public void setMath(long desc, int math) {
        int[] v = get(desc).clone();
        v[7] = math;
        set(desc, v);
    }

    @Override
    public void setActivation(long desc, int mode) {
        set(desc, mode);
    }
}
