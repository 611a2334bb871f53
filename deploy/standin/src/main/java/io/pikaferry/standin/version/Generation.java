package io.pikaferry.standin.version;

/** The five ways Pika masters have spoken to their slaves; each with the version recorded for it. */
public enum Generation {
    /** Plain RESP on the wire, nemo on disk. */
    A("2.3.6"),
    /** Framed items, still dialled by the master; blackwidow on disk. */
    B("3.0.16"),
    /** Protobuf with an ack window, full sync pushed by rsync. */
    C("3.4.0"),
    /** As C, the dump pulled by the slave. */
    D("3.5.5"),
    /** As D; one type per name, floyd on disk. */
    E("4.0.1");

    private final String recorded;

    Generation(String recorded) {
        this.recorded = recorded;
    }

    /** The version the stand-in plays when only the generation is asked for. */
    public PikaVersion recordedVersion() {
        return PikaVersion.parse(recorded);
    }
}
