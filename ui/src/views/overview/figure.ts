/** The small line below a key figure: what it is measured against. */
import { formatValue } from '../../lib/format/units';
import { text } from '../../lib/text';
import type { HostFacts } from './host';

export function figureNote(id: string, facts: HostFacts | null): string {
  switch (id) {
    case 'cpu':
    case 'load':
      return facts?.cores == null ? '' : text.overview.ofCores(String(facts.cores));
    case 'memory':
      return facts?.memoryBytes == null ? '' : text.overview.ofTotal(formatValue(facts.memoryBytes, 'bytes'));
    case 'disk':
      return text.overview.busiestDisk;
    case 'network-in':
    case 'network-out':
      return text.overview.allInterfaces;
    default:
      return text.overview.someTaskWaited;
  }
}
