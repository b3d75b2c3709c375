import { type SQL, sql } from 'drizzle-orm'
import { bigint, customType, index, pgTable, text, uuid } from 'drizzle-orm/pg-core'
import { pages } from '../schema.ts'

const tsvector = customType<{ data: string }>({ dataType: () => 'tsvector' })

/** Pages' titles and text as the search knows them: written in the background, a moment behind the log. */
export const pageTexts = pgTable(
  'page_texts',
  {
    pageId: uuid('page_id')
      .primaryKey()
      .references(() => pages.id, { onDelete: 'cascade' }),
    /** The `seq` of the log that `text` shows. */
    seq: bigint('seq', { mode: 'number' }).notNull(),
    title: text('title').notNull(),
    /** The page's text, as far as it is searched. */
    text: text('text').notNull(),
    titleWords: tsvector('title_words')
      .notNull()
      .generatedAlwaysAs((): SQL => sql`to_tsvector('simple', ${pageTexts.title})`),
    textWords: tsvector('text_words')
      .notNull()
      .generatedAlwaysAs((): SQL => sql`to_tsvector('simple', ${pageTexts.text})`),
  },
  (table) => [
    index('page_texts_title_idx').using('gin', table.titleWords),
    index('page_texts_text_idx').using('gin', table.textWords),
  ],
)

/** Words that occur in titles and text: what a mistyped word may have meant. With pg_trgm there is an index on their trigrams. */
export const searchWords = pgTable('search_words', { word: text('word').primaryKey() })
