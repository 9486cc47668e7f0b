import sprite from '../assets/icons.svg'

interface Props {
  readonly name: string
  readonly className?: string
}

/** A drawing of the sprite; always beside words, so it is hidden from readers. */
export function Icon({ name, className = '' }: Props) {
  return (
    <svg className={`i ${className}`} aria-hidden="true">
      <use href={`${sprite}#${name}`} />
    </svg>
  )
}

export function Logo({ className = '' }: { readonly className?: string }) {
  return (
    <svg className={className} viewBox="0 0 24 24" aria-hidden="true">
      <path className="mk-o" d="M2 2.6 22 11.8c-1.1 2.7-3.9 3.7-6.7 2.4L7.1 10.4C3.8 8.9 2 6.2 2 2.6Z" />
      <path className="mk-i" d="M2 11.2 22 20.4V21.5H2Z" />
    </svg>
  )
}
