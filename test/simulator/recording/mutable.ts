/** A record while it is being written. */
export type Mutable<Record> = { -readonly [Key in keyof Record]: Record[Key] }
