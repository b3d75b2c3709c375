/** Where an image is: one of the two, or neither if it is nowhere. */
export interface ImageAddress {
  /** A file of this server's. */
  readonly fileId: string | null
  /** An address elsewhere on the web. */
  readonly src: string | null
}

/** Whether an image can be told to be at this address: on the web, nowhere else. */
export function isImageAddress(value: unknown): value is string {
  return typeof value === 'string' && /^https?:\/\/[^\s"'<>]+$/i.test(value)
}

/** Where the API has a file: relative to this server. */
export function toFilePath(fileId: string): string {
  return `/api/files/${fileId}`
}

const FILE_ID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i
const FILE_PATH = /^\/api\/files\/([0-9a-f-]{36})$/i

/** Whether a value is the id of a file. */
export function isFileId(value: unknown): value is string {
  return typeof value === 'string' && FILE_ID.test(value)
}

/** The file that an address of this server stands for; null if it is another address. */
export function readFilePath(address: string): string | null {
  const id = FILE_PATH.exec(address)?.[1]
  return isFileId(id) ? id : null
}

/** Where an image is: `fileId` or `src`, or neither if the address is none that an image can have. */
export function readImageAddress(address: string | null): ImageAddress {
  const fileId = readFilePath(address ?? '')
  return { fileId, src: fileId === null && isImageAddress(address) ? address : null }
}
