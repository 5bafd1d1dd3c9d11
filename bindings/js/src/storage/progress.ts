// How far a download is.

/** What onProgress gets, a few times a second. */
export interface DownloadProgress {
  /** The file that came last. */
  file: string;
  /** Bytes of the model that are here; fewer than before where a file has to begin again. */
  done: number;
  /** Bytes of the model. */
  total: number;
  /** Over the last seconds. */
  bytesPerSecond: number;
  /** Another tab downloads it, and this one waits for that. */
  elsewhere: boolean;
}

export type OnProgress = (progress: DownloadProgress) => void;

const TOLD_EVERY = 100; // milliseconds
const WINDOW = 5000; // milliseconds of which the speed is told

/** Counts bytes that come. */
export interface Meter {
  moved(file: string, bytes: number): void;
  /** Tells how far it is in the end. */
  stop(): void;
}

/** Tells at once, while bytes come, and when they no longer do. `done` bytes are there before. */
export function meter(total: number, done: number, tell: OnProgress): Meter {
  const samples = [{time: performance.now(), came: 0}];
  let came = 0; // over the network; what has to begin again came, too
  let file = "";

  const tellNow = () => {
    const now = performance.now();
    while (samples.length > 1 && now - samples[0]!.time > WINDOW) samples.shift();
    const {time, came: before} = samples[0]!;
    samples.push({time: now, came});
    const bytesPerSecond = now > time ? Math.round(((came - before) * 1000) / (now - time)) : 0;
    tell({file, done, total, bytesPerSecond, elsewhere: false});
    return bytesPerSecond;
  };
  let told = -1;
  let speed = 0;
  const timer = setInterval(() => {
    if (done === told && speed === 0) return;
    told = done;
    speed = tellNow();
  }, TOLD_EVERY);
  tellNow();
  return {
    moved(path, bytes) {
      file = path;
      done += bytes;
      came += Math.max(0, bytes);
    },
    stop() {
      clearInterval(timer);
      tellNow();
    },
  };
}
