const text = (value: string, ...marks: string[]) => ({
  type: 'text',
  text: value,
  ...(marks.length === 0 ? {} : { marks: marks.map((type) => ({ type })) }),
})
const paragraph = (...content: object[]) => ({ type: 'paragraph', content })
const task = (checked: boolean, ...content: object[]) => ({
  type: 'taskItem',
  attrs: { checked },
  content: [paragraph(...content)],
})

/** The first page of a new account, as TipTap JSON: what to try first, in a minute's reading. */
export const WELCOME_PAGE = {
  title: 'Welcome to Copydesk',
  content: {
    type: 'doc',
    content: [
      paragraph(
        text('This page is yours. Write in it, and watch the line at the top: when it says '),
        text('Saved', 'bold'),
        text(', your words are on disk in the database, not on their way there.'),
      ),
      { type: 'heading', attrs: { level: 2 }, content: [text('Try this')] },
      {
        type: 'taskList',
        content: [
          task(true, text('Create an account')),
          task(
            false,
            text('Type a few words, and undo them with '),
            text('Ctrl', 'code'),
            text(' '),
            text('Z', 'code'),
          ),
          task(
            false,
            text('Press '),
            text('Share', 'bold'),
            text(' and open the link in a private window: now you are two'),
          ),
          task(false, text('Unplug the network, keep typing, plug it in again: nothing is lost')),
        ],
      },
      { type: 'heading', attrs: { level: 2 }, content: [text('Good to know')] },
      {
        type: 'blockquote',
        content: [paragraph(text('What a co-author can see has been saved. What has been saved stays.'))],
      },
    ],
  },
}
