import {Gerbil} from "gerbil";
import {Chat} from "./chat";

// The server has the package as well.
export default function Page() {
  return (
    <main>
      <p id="server">{typeof Gerbil.load}</p>
      <Chat />
    </main>
  );
}
