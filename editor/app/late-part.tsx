import { type ComponentType, type NamedExoticComponent, type ReactNode, useEffect } from 'react'
import { MissingPart } from './MissingPart.tsx'
import { reportMissing } from './missing-parts.tsx'
import { useLoaded } from './use-loaded.ts'

/**
 * A component whose code is loaded when it is first shown. Where that fails it says so, in its own place or, as
 * `aside`, in a notice: for what lies over the page or has no place of its own.
 */
export function latePart<Props extends object>(
  load: () => Promise<{ default: ComponentType<Props> | NamedExoticComponent<Props> }>,
  options: { waiting?: ReactNode; missing?: 'here' | 'aside' } = {},
): ComponentType<Props> {
  const { waiting = null, missing = 'here' } = options
  return function LatePart(props: Props) {
    const { part, isMissing, retry } = useLoaded(load)
    const isTold = isMissing && missing === 'aside'
    const { onClose } = props as { onClose?: () => void }
    // biome-ignore lint/correctness/useExhaustiveDependencies: it is told once, however often the parent is drawn
    useEffect(() => (isTold ? reportMissing({ retry, giveUp: onClose }) : undefined), [isTold, retry])
    if (part) return <part.default {...props} />
    if (!isMissing || missing !== 'here') return waiting
    return (
      <div role="alert">
        <MissingPart onRetry={retry} />
      </div>
    )
  }
}
