package io.pikaferry.worker.routing;

/**
 * What only the target can decide, as Lua for its EVAL. Constant texts (the target caches them) over one written key. Those
 * that may set an expiry take it, in milliseconds, as their last argument; without it they set none.
 */
final class Scripts {

    /** SET k v NX with an expiry, which a key that is there already must not get. ARGV: value, expiry. */
    static final byte[] SET_NX = Ascii.of("if redis.call('set',KEYS[1],ARGV[1],'nx') and ARGV[2] then "
            + "redis.call('pexpireat',KEYS[1],ARGV[2]) end");

    /** SET k v VX old [EX s]: only if it is there and equals. ARGV: old, value, expiry. */
    static final byte[] SET_VX =
            Ascii.of("if redis.call('get',KEYS[1])==ARGV[1] then redis.call('set',KEYS[1],ARGV[2]) "
                    + "if ARGV[3] then redis.call('pexpireat',KEYS[1],ARGV[3]) end end");

    /** DELVX k old. ARGV: old. */
    static final byte[] DEL_VX = Ascii.of("if redis.call('get',KEYS[1])==ARGV[1] then redis.call('del',KEYS[1]) end");

    /** SETBIT that writes nothing, and creates nothing, if the bit is so already. ARGV: offset, bit. */
    static final byte[] SET_BIT = Ascii.of("if redis.call('getbit',KEYS[1],ARGV[1])~=tonumber(ARGV[2]) then "
            + "redis.call('setbit',KEYS[1],ARGV[1],ARGV[2]) end");

    /** The same where writing the bit drops the expiry (up to 3.5.1). ARGV: offset, bit. */
    static final byte[] SET_BIT_CLEARING = Ascii.of("if redis.call('getbit',KEYS[1],ARGV[1])~=tonumber(ARGV[2]) then "
            + "redis.call('setbit',KEYS[1],ARGV[1],ARGV[2]) redis.call('persist',KEYS[1]) end");

    /**
     * SETRANGE with a value that is empty or holds a zero byte: the key is created or padded even if there is nothing to
     * write, and of the value only what is before the zero byte is written, while all of it is cut out. ARGV: offset, what
     * is written, length of what is cut out.
     */
    static final byte[] SET_RANGE = Ascii.of(
            "local old=redis.call('get',KEYS[1]) or '' local at=tonumber(ARGV[1]) "
                    + "redis.call('set',KEYS[1],old:sub(1,at)..('\\0'):rep(at-#old)..ARGV[2]..old:sub(at+ARGV[3]+1),'keepttl')");

    /** EXPIREAT where there are streams, which have no expiry at the source. ARGV: expiry. */
    static final byte[] EXPIRE_UNLESS_STREAM = Ascii.of(
            "if ARGV[1] and redis.call('type',KEYS[1]).ok~='stream' then redis.call('pexpireat',KEYS[1],ARGV[1]) end");

    /** EXPIREAT of the past where there are streams. */
    static final byte[] DELETE_UNLESS_STREAM =
            Ascii.of("if redis.call('type',KEYS[1]).ok~='stream' then redis.call('del',KEYS[1]) end");

    /** A command that replaces the key, whose expiry stays. ARGV: the command. */
    static final byte[] KEEPING_EXPIRY = Ascii.of("local left=redis.call('pttl',KEYS[1]) redis.call(unpack(ARGV)) "
            + "if left>0 then redis.call('pexpire',KEYS[1],left) end");

    /** A command that drops the expiry if it changed something, which a positive number says (2.3). ARGV: the command. */
    static final byte[] CLEARING_IF_CHANGED =
            Ascii.of("if redis.call(unpack(ARGV))>0 then redis.call('persist',KEYS[1]) end");

    /** RPOPLPUSH that drops the expiry of the list it takes from (2.3). */
    static final byte[] RPOPLPUSH_CLEARING =
            Ascii.of("if redis.call('rpoplpush',KEYS[1],KEYS[2]) then redis.call('persist',KEYS[1]) end");

    private static final byte[] EVAL = Ascii.of("EVAL");

    private Scripts() {}

    static byte[][] eval(byte[] script, byte[][] keys, byte[]... arguments) {
        byte[][] args = new byte[3 + keys.length + arguments.length][];
        args[0] = EVAL;
        args[1] = script;
        args[2] = Decimal.text(keys.length);
        System.arraycopy(keys, 0, args, 3, keys.length);
        System.arraycopy(arguments, 0, args, 3 + keys.length, arguments.length);
        return args;
    }

    static byte[][] eval(byte[] script, byte[] key, byte[]... arguments) {
        return eval(script, new byte[][] {key}, arguments);
    }
}
