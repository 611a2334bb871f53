package io.pikaferry.worker.routing;

/** What is done with a logged command; the table names one for each. Printed for people, so each says what it does. */
public enum Treatment {
    AS_IS("as it is; the expiry stays", KeyWrites::asIs),
    REPLACE("as it is; the expiry goes", KeyWrites::asIsClearing),
    STORE_KEEPING_EXPIRY(
            "as it is, in a script that gives the destination its expiry back", KeyWrites::storeKeepingExpiry),
    CLEARING_IF_CHANGED("script: as it is; the expiry goes if it changed something", KeyWrites::clearingIfChanged),
    RPOPLPUSH_CLEARING(
            "script: as it is; the expiry of the 1st key goes if something was moved", KeyWrites::rpoplpushClearing),
    EACH_KEY("one for each key", KeyWrites::eachKey),
    EACH_PAIR("SET for each pair", KeyWrites::eachPair),
    IGNORE("nothing", KeyWrites::nothing),
    NEVER_LOGGED("refused", KeyWrites::neverLogged),
    REREAD("the key is read from the source", KeyWrites::random),

    SET("SET; a time to live counts from its execution; VX is a script, NX with a time too", StringWrites::set),
    SET_OR_COUNTER(
            "as SET; of a number, in lower case: if the key has an expiry, it is read from the source",
            StringWrites::setOrCounter),
    SETEX("SET, expires so long after its execution; for ever if not positive", StringWrites::setex),
    PSETEX("SET, expires so long after its execution, in whole seconds", StringWrites::psetex),
    PKSETEXAT("SET, expires then; never if 0; DEL if past", StringWrites::pksetexat),
    PKSETEXAT_LOSING_EXPIRY(
            "as PKSETEXAT; in lower case 0 keeps the expiry, and an empty value then is read from the source",
            StringWrites::pksetexatLosingExpiry),
    PKSETEXAT_IN_MILLIS(
            "as PKSETEXAT, or in milliseconds; 0 and an empty value, or one not in lower case, is read from the source",
            StringWrites::pksetexatInMillis),
    DELVX("script: DEL if it equals", logged -> {
        byte[] key = logged.key();
        return logged.becomes(
                TargetCommand.keepingOrClearing(Scripts.eval(Scripts.DEL_VX, key, logged.args()[2]), key));
    }),
    SETBIT("as it is, or a script: nothing if the bit is clear already", StringWrites::setbit),
    SETBIT_CLEARING("script: nothing if the bit is so already, else the expiry goes", StringWrites::setbitClearing),
    SETRANGE("as it is; an empty value, or with a zero byte, by a script", StringWrites::setrange),
    SETRANGE_CLEARING("as SETRANGE, then PERSIST", StringWrites::setrangeClearing),
    SETRANGE_OF_NEMO("as it is; an empty value by a script", StringWrites::setrangeOfNemo),
    BITOP("as it is, then APPEND of nothing: an empty result is a key", StringWrites::bitop),

    EXPIREAT("the expiry, in seconds; DEL if past when executed", Expiries::expireat),
    EXPIREAT_UNLESS_STREAM("script: as EXPIREAT, unless it is a stream", Expiries::expireatUnlessStream),
    PEXPIREAT_UNLESS_STREAM(
            "script: the expiry, in milliseconds, unless it is a stream; DEL if not in lower case",
            Expiries::pexpireatUnlessStream),

    ZADD("as it is, of equal members the first; refused if a score is not a number", SortedSetWrites::zadd),
    ZADD_OF_NEMO("as it is; refused if a score is not a number", SortedSetWrites::zaddOfNemo),
    GEOADD("as it is, of equal members the first", SortedSetWrites::geoadd),
    GEOADD_OF_NEMO("ZADD with the source's scores of 36 bits", SortedSetWrites::geoaddOfNemo),

    PFADD("as it is, then PERSIST; without elements after a DEL", HyperLogLogWrites::pfadd),
    PFMERGE("as it is, then PERSIST", HyperLogLogWrites::pfmerge),

    XADD("as it is, trimming exactly", StreamWrites::xadd),
    XTRIM("as it is, trimming exactly", StreamWrites::xtrim),

    FLUSH("FLUSHDB", KeyWrites::flush),
    FLUSH_OF_TYPE("FLUSHDB; with a type the keys of that type", KeyWrites::flushOfType),
    FLUSH_UNLESS_OF_TYPE("FLUSHDB; with a type nothing", KeyWrites::flushUnlessOfType),
    DELETE_MATCHING("the keys of that type that match", KeyWrites::deleteMatching),
    DELETE_SOME_MATCHING("the first 100 keys of that type that match", KeyWrites::deleteSomeMatching),
    DELETE_MATCHING_OF_ANY_TYPE("the keys that match", KeyWrites::deleteMatchingOfAnyType);

    private final String says;
    private final Translation translation;

    Treatment(String says, Translation translation) {
        this.says = says;
        this.translation = translation;
    }

    /** In a few words, for people. */
    public String says() {
        return says;
    }

    Mapped of(LoggedCommand logged) {
        return translation.of(logged);
    }
}
