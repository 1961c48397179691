package io.dms.model.onnx;

/**
 * Says that a node is sound ONNX but has no canonical form here: it becomes a foreign node. Never leaves this package,
 * carries no stack trace.
 */
final class UnsupportedForm extends RuntimeException {
    private static final long serialVersionUID = 1L;

    UnsupportedForm(String reason) {
        super(reason, null, false, false);
    }
}
