// What base takes from the JavaScript platform.
addToLibrary({
  // Threads that can begin at once. More would need the event loop, for which a caller that waits for them never lets go.
  gerbil_spare_threads__sig: "i",
  gerbil_spare_threads__deps: ["$PThread"],
  gerbil_spare_threads: () => PThread.unusedWorkers.length,
});
