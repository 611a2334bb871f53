package io.pikaferry.worker;

import io.pikaferry.worker.master.Generation;
import io.pikaferry.worker.master.Masters;
import io.pikaferry.worker.master.dialback.DialBackMaster;
import io.pikaferry.worker.master.protobuf.ProtobufMaster;
import java.util.EnumMap;
import java.util.Map;
import java.util.OptionalLong;

/** How masters of each generation are spoken to. */
final class Generations {

    private Generations() {}

    static Map<Generation, Masters.Dialer> dialers() {
        Map<Generation, Masters.Dialer> dialers = new EnumMap<>(Generation.class);
        dialers.put(Generation.A, DialBackMaster::open);
        dialers.put(Generation.B, DialBackMaster::open);
        Masters.Dialer protobuf = ProtobufMaster.dialer(OptionalLong.empty());
        dialers.put(Generation.A, DialBackMaster::open);
        dialers.put(Generation.B, DialBackMaster::open);
        dialers.put(Generation.C, protobuf);
        dialers.put(Generation.D, protobuf);
        dialers.put(Generation.E, protobuf);
        return dialers;
    }
}
