import { describeState, type StateLike } from '../lib/states.ts'
import { Icon } from './icon.tsx'

interface Props extends StateLike {
  readonly pill?: boolean
  /** Only the glyph is seen; readers still hear the word. */
  readonly iconOnly?: boolean
  /** After the word: `for 3 min 41 s`. */
  readonly more?: string
}

export function State({ type, name, pill = false, iconOnly = false, more = '' }: Props) {
  const { kind, word } = describeState({ type, name })
  return (
    <span className={`st${pill ? ' pill' : ''}${iconOnly ? ' ico' : ''}`} data-s={kind}>
      <Icon name={`s-${kind}`} />
      <span className={iconOnly ? 'sr' : 'w'}>
        {word}
        {more === '' ? '' : ` ${more}`}
      </span>
    </span>
  )
}
