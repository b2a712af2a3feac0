/** What nobody caught, and how Node calls that. */
export type Uncaught = (error: unknown, origin: 'uncaughtException' | 'unhandledRejection') => void;

const MONITOR = 'uncaughtExceptionMonitor';
const REJECTION = 'unhandledRejection';

// A process has one of each, and all that runs in it is told.
const told = new Set<Uncaught>();

/**
 * Tells of uncaught exceptions and unhandled rejections, and changes nothing about what becomes of
 * them. Node's monitor is for that, and hears of a rejection too where it is to end the process.
 * Where it is not, because the application listens to rejections itself or Node was told to let
 * them pass, a listener more makes no difference; anywhere else it would keep the process alive.
 * So there is one as long as there are others. Returns what takes it all back.
 */
export function onUncaught(listener: Uncaught): () => void {
  if (told.size === 0) listen();
  told.add(listener);
  return () => {
    told.delete(listener);
    if (told.size === 0) forget();
  };
}

function listen(): void {
  process.on(MONITOR, onException);
  process.on('newListener', onNewListener);
  process.on('removeListener', onRemoveListener);
  passes = passesRejections();
  if (passes || process.listenerCount(REJECTION) > 0) join();
}

function forget(): void {
  process.off(MONITOR, onException);
  process.off('newListener', onNewListener);
  process.off('removeListener', onRemoveListener);
  process.off(REJECTION, onRejection);
}

/** Node's own way with rejections is to warn of them or to do nothing, whoever listens. */
let passes = false;

function passesRejections(): boolean {
  const flags = [process.env.NODE_OPTIONS, ...process.execArgv].join(' ');
  // The last one holds.
  const [, mode = ''] = /.*--unhandled-rejections[= ]"?([\w-]+)/.exec(flags) ?? [];
  return mode === 'warn' || mode === 'none';
}

/** First in line, so that a listener that throws keeps nobody from knowing. */
function join(): void {
  if (process.listeners(REJECTION).includes(onRejection)) return;
  process.prependListener(REJECTION, onRejection);
}

function onNewListener(name: string | symbol, listener: unknown): void {
  if (name !== REJECTION || listener === onRejection) return;
  // Node warns of more than there should be, and telltale is not to be what makes them too many.
  const most = process.getMaxListeners() || Number.POSITIVE_INFINITY;
  if (process.listenerCount(REJECTION) >= most) process.off(REJECTION, onRejection);
  else join();
}

function onRemoveListener(name: string | symbol, listener: unknown): void {
  if (name !== REJECTION || listener === onRejection || passes) return;
  if (process.listenerCount(REJECTION) === 1) process.off(REJECTION, onRejection);
}

/** What `strict` has told of as an exception, and tells of as a rejection next. */
let announced = false;

function onException(error: Error, origin: NodeJS.UncaughtExceptionOrigin): void {
  announced = origin === REJECTION;
  if (announced) process.nextTick(() => (announced = false));
  tell(error, origin);
}

function onRejection(reason: unknown): void {
  if (!announced) tell(reason, REJECTION);
  announced = false;
}

function tell(error: unknown, origin: NodeJS.UncaughtExceptionOrigin): void {
  for (const listener of told) {
    try {
      listener(error, origin);
    } catch {
      // Thrown on here it would change the code with which the process exits.
    }
  }
}
