// The cores of a worker: one that computes on the GPU and two that do on the CPU, of which one may have more than 4 GiB,
// each made when it is first needed. So a lost GPU takes no model with it that does not run there. One
// that can do no more is made anew.
import {GerbilError} from "../error.js";
import type {Gpu, MakeCore} from "./core.js";
import {openGpu} from "./gpu.js";
import {startRunner, type Runner} from "./runner.js";

/** What a worker runs on: a browser's, or Node's. */
export interface Machine {
  makeCore: MakeCore;
  /** CPU threads that it may use. */
  threads: number;
  /** Resolves after the messages that have come. */
  yielded(): Promise<void>;
  /** An adapter, or why there is none. `software`: one that computes on the CPU will do. */
  findAdapter(software: boolean): Promise<GPUAdapter | string>;
}

export interface Runners {
  /** `memory64`: its memory may have more than 4 GiB. */
  cpu(memory64: boolean): Promise<Runner>;
  gpu(adapter: GPUAdapter): Promise<Runner>;
}

export function makeRunners(machine: Machine): Runners {
  const start = (memory64: boolean, gpu?: Gpu) =>
    startRunner(options => machine.makeCore(options, memory64), machine.threads, gpu, machine.yielded);
  const [narrow, wide] = [kept(() => start(false)), kept(() => start(true))];
  return {
    cpu: memory64 => (memory64 ? wide() : narrow()),
    gpu: kept(async (adapter: GPUAdapter) => {
      const gpu = await openGpu(adapter);
      const runner = await start(false, gpu);
      void gpu.device.lost.then(({message}) => {
        runner.fail(new GerbilError("device_lost", `The GPU was lost (${message}): load the model again.`));
      });
      return runner;
    }),
  };
}

// Makes a runner for the first who asks, and again when that has failed.
function kept<Arguments extends unknown[]>(make: (...given: Arguments) => Promise<Runner>) {
  let made: Promise<Runner> | undefined;
  let runner: Runner | undefined;
  return (...given: Arguments) => {
    if (made && !runner?.failed()) return made;
    runner = undefined;
    made = make(...given).then(
      value => (runner = value),
      (error: unknown) => {
        made = undefined;
        throw error;
      },
    );
    return made;
  };
}
