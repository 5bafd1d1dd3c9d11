// The service worker: after the first visit the page is there without a network.

/** Registers it. `notice(text, label, act)` is told what the user may do about a new version. */
export async function keepPage(notice) {
  if (!navigator.serviceWorker) return;
  const reload = () => location.reload();
  const newVersion = worker => {
    let accepted = false;
    navigator.serviceWorker.addEventListener("controllerchange", () => {
      if (accepted) reload();
      else notice("Another tab has taken a new version of this page.", "Reload", reload);
    });
    notice("There is a new version of this page.", "Take it", () => {
      accepted = true;
      worker.postMessage("take over");
    });
  };
  try {
    const registration = await navigator.serviceWorker.register("service_worker.js", {updateViaCache: "none"});
    if (registration.waiting && registration.active) newVersion(registration.waiting);
    registration.addEventListener("updatefound", () => {
      const worker = registration.installing;
      worker.addEventListener("statechange", () => {
        if (worker.state === "installed" && registration.active) newVersion(worker);
      });
    });
    await navigator.serviceWorker.ready;
    document.documentElement.dataset.offline = "ready";
  } catch (error) {
    notice(`This page will not work offline: ${error.message}`);
  }
}
