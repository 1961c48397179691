package io.dms.monitor;

/**
 * A power mode of a board.
 *
 * @param id the number that the board's tool takes; its order says nothing about power
 * @param name as the configuration names it, as in {@code MAXN} or {@code MODE_15W}
 */
public record PowerMode(int id, String name) {}
