package io.dms.backend.cudnn.bridge;

/**
 * A window that moves over an image. What it needs below and to the right follows from the result's size.
 *
 * @param rows of the window
 * @param columns of the window
 * @param strideH rows from one place to the next
 * @param strideW columns from one place to the next
 * @param top rows of padding above
 * @param left columns of padding to the left
 * @param dilationH rows from one of the window's rows to the next, from 1 on
 * @param dilationW the same of columns
 */
public record Window(
        int rows, int columns, int strideH, int strideW, int top, int left, int dilationH, int dilationW) {}
