import { useTyping } from '../../realtime/use-typing.ts'
import classes from './MessagesPanel.module.css'

/** Who else is writing a message; an empty line if nobody is, so that nothing jumps. */
export function TypingLine({ pageId }: { pageId: string }) {
  const { typists } = useTyping(pageId)
  const names = typists.map(({ name }) => name)
  return (
    <p className={classes.typing} data-testid="typing">
      {names.length === 1 && (
        <>
          <bdi>{names[0]}</bdi> is writing…
        </>
      )}
      {names.length === 2 && (
        <>
          <bdi>{names[0]}</bdi> and <bdi>{names[1]}</bdi> are writing…
        </>
      )}
      {names.length > 2 && `${names.length} people are writing…`}
    </p>
  )
}
