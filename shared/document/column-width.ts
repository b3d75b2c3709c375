/** How wide a column is at least that somebody gave a width, CSS pixels. */
export const MIN_COLUMN_WIDTH = 64
/** How wide all others are at least, CSS pixels: a table with many of them scrolls rather than breaks their words. */
export const UNSIZED_COLUMN_WIDTH = 128
