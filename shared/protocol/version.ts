/** The version of the Socket.IO contract: raised by one with every change that is released. */
export const PROTOCOL_VERSION = 2
/** The oldest version that is still understood: a client that was written for an older one is refused. */
export const OLDEST_PROTOCOL_VERSION = 2
/** What the contract of this version hashes to, so that it cannot change without anybody noticing. */
export const CONTRACT_HASH = '3656927566f014be'
