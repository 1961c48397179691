package io.dms.schedule;

import java.util.Locale;

/** Why a request was not served. */
public enum Reason {
    /** It was. */
    NONE,
    /** What is left of the energy does not pay for any variant. */
    ENERGY,
    /** What is left of the money does not pay for the only variants that are left. */
    MONEY,
    /** No variant fits the memory that can be freed. */
    MEMORY,
    /** No variant answers in time. */
    DEADLINE,
    /** Only a server could answer, and there is no connection. */
    DISCONNECTED,
    /** At what energy and money are worth just now, later requests make more of them. */
    SAVED,
    /** A variant was chosen and failed, and no other could take its place in time. */
    FAILED;

    /** As in reports. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
