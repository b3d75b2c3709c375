/** How wide a column is at least, CSS pixels: a table with many of them scrolls rather than breaks their words. */
export const MIN_COLUMN_WIDTH = 64
