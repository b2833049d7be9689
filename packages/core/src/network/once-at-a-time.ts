/** The same question, asked once at a time: whoever asks while it is under way gets the same answer. Each one has to come to an end. */
export function onceAtATime<Answer>(
  ask: (subject: string) => Promise<Answer>,
): (subject: string) => Promise<Answer> {
  const underWay = new Map<string, Promise<Answer>>();
  return (subject) => {
    const known = underWay.get(subject);
    if (known !== undefined) return known;
    const answer = ask(subject).finally(() => underWay.delete(subject));
    underWay.set(subject, answer);
    return answer;
  };
}
