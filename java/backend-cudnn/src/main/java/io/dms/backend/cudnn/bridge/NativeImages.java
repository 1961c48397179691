package io.dms.backend.cudnn.bridge;

import static io.dms.backend.cudnn.bridge.NativeStatus.check;

/** Kernels on images of the loaded library. */
final class NativeImages implements Images {
    @Override
    public void epilogue(
            Layout x,
            long xAt,
            Layout z,
            long zAt,
            Layout y,
            long yAt,
            long scale,
            long bias,
            long slopes,
            Activation first,
            Activation second,
            long stream) {
        check(NativeCalls.epilogue(
                xAt,
                x.format(),
                x.pitch(),
                zAt,
                z.format(),
                z.pitch(),
                yAt,
                y.format(),
                y.pitch(),
                y.n(),
                y.c(),
                y.hw(),
                scale,
                bias,
                slopes,
                first.kind(),
                first.p(),
                first.q(),
                second.kind(),
                second.p(),
                second.q(),
                stream));
    }

    @Override
    public void binary(
            int kind,
            Layout a,
            long aAt,
            Layout b,
            long bAt,
            int bAxes,
            Layout y,
            long yAt,
            Activation activation,
            long stream) {
        check(NativeCalls.binary(
                kind,
                aAt,
                a.format(),
                a.pitch(),
                bAt,
                b.format(),
                b.pitch(),
                bAxes,
                yAt,
                y.format(),
                y.pitch(),
                y.n(),
                y.c(),
                y.h(),
                y.w(),
                activation.kind(),
                activation.p(),
                activation.q(),
                stream));
    }

    @Override
    public void depthwise(
            Layout x,
            long xAt,
            long weights,
            int weightType,
            long bias,
            Layout y,
            long yAt,
            Window window,
            Activation activation,
            long stream) {
        check(NativeCalls.depthwise(
                xAt,
                x.format(),
                x.pitch(),
                x.n(),
                x.c(),
                x.h(),
                x.w(),
                weights,
                weightType,
                bias,
                yAt,
                y.format(),
                y.pitch(),
                y.h(),
                y.w(),
                window.rows(),
                window.columns(),
                window.strideH(),
                window.strideW(),
                window.top(),
                window.left(),
                window.dilationH(),
                window.dilationW(),
                activation.kind(),
                activation.p(),
                activation.q(),
                stream));
    }

    @Override
    public void pool(int kind, Layout x, long xAt, Layout y, long yAt, Window window, long stream) {
        check(NativeCalls.pool(
                kind,
                xAt,
                x.format(),
                x.pitch(),
                x.n(),
                x.c(),
                x.h(),
                x.w(),
                yAt,
                y.format(),
                y.pitch(),
                y.h(),
                y.w(),
                window.rows(),
                window.columns(),
                window.strideH(),
                window.strideW(),
                window.top(),
                window.left(),
                window.dilationH(),
                window.dilationW(),
                stream));
    }

    @Override
    public void lrn(
            Layout x, long xAt, Layout y, long yAt, int size, float alpha, float beta, float bias, long stream) {
        check(NativeCalls.lrn(
                xAt,
                x.format(),
                x.pitch(),
                yAt,
                y.format(),
                y.pitch(),
                y.n(),
                y.c(),
                y.hw(),
                size,
                alpha,
                beta,
                bias,
                stream));
    }

    @Override
    public void convert(Layout x, long xAt, Layout y, long yAt, long stream) {
        check(NativeCalls.convert(
                xAt, x.format(), x.pitch(), yAt, y.format(), y.pitch(), y.n(), y.c(), y.hw(), stream));
    }

    @Override
    public void shuffle(Layout x, long xAt, Layout y, long yAt, int groups, long stream) {
        check(NativeCalls.shuffle(
                xAt, x.format(), x.pitch(), yAt, y.format(), y.pitch(), y.n(), y.c(), y.hw(), groups, stream));
    }

    @Override
    public void pad(Layout x, long xAt, Layout y, long yAt, int top, int left, float fill, long stream) {
        check(NativeCalls.pad(
                xAt,
                x.format(),
                x.pitch(),
                x.n(),
                x.c(),
                x.h(),
                x.w(),
                yAt,
                y.format(),
                y.pitch(),
                y.h(),
                y.w(),
                top,
                left,
                fill,
                stream));
    }

    @Override
    public void resize(
            Layout x,
            long xAt,
            Layout y,
            long yAt,
            long rowIndices,
            long rowWeights,
            int rowTaps,
            long columnIndices,
            long columnWeights,
            int columnTaps,
            long stream) {
        check(NativeCalls.resize(
                xAt,
                x.format(),
                x.pitch(),
                x.n(),
                x.c(),
                x.h(),
                x.w(),
                yAt,
                y.format(),
                y.pitch(),
                y.h(),
                y.w(),
                rowIndices,
                rowWeights,
                rowTaps,
                columnIndices,
                columnWeights,
                columnTaps,
                stream));
    }

    @Override
    public void preprocess(Frame f, long image, long chroma, Layout y, long yAt, long stream) {
        check(NativeCalls.preprocess(
                image,
                chroma,
                f.pixels(),
                f.colours(),
                f.height(),
                f.width(),
                f.rowBytes(),
                f.chromaRowBytes(),
                yAt,
                y.format(),
                y.pitch(),
                y.c(),
                y.h(),
                y.w(),
                f.fit(),
                f.factorR(),
                f.factorG(),
                f.factorB(),
                f.offsetR(),
                f.offsetG(),
                f.offsetB(),
                stream));
    }
}
