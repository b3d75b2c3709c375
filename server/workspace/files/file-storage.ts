/** Where the bytes of files are. An id is written once and never changed. */
export interface FileStorage {
  /** Resolves when the bytes are stored for good. */
  write(id: string, type: string, bytes: Uint8Array): Promise<void>
  /** The bytes; null if there are none under this id. */
  read(id: string): Promise<Uint8Array | null>
  /** Removes them; there being none is no error. */
  remove(id: string): Promise<void>
}
