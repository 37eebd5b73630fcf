/** The job that prepares users of MongoDB: a shell script around a program for mongosh, `$1`. */
import { SHELL_PARTS } from "./shell_parts.ts";

export const MONGODB_USERS_SCRIPT = `${SHELL_PARTS}
command -v mongosh >/dev/null 2>&1 || fail "The image has no mongosh; give another one by databases.<service>.image"
export HOME=/tmp
exec mongosh --nodb --norc --quiet --eval "$1"
`;

/**
 * Runs in mongosh. `USERS` is JSON: name, database and roles of each user, passwords in `PASSWORD_<index>`.
 * Errors are told by their codeName alone: a server's message may repeat what it was sent.
 */
export const MONGODB_USERS_PROGRAM = `
const end = Date.now() + 1000 * Number(process.env.WAIT_SECONDS);
const stop = (message) => { print(message); quit(1); };
const reason = (error) => error.codeName ?? error.code ?? error.name;
let connection;
while (connection === undefined) {
  try {
    connection = connect("mongodb://" + process.env.DATABASE_HOST + ":" + process.env.DATABASE_PORT
      + "/admin?serverSelectionTimeoutMS=5000&directConnection=true");
  } catch (error) {
    if (Date.now() > end) stop("The server did not answer in time: " + reason(error));
    sleep(1000);
  }
}
const accepted = (password) => {
  try { connection.auth(process.env.ADMIN_USER, password); return true; } catch { return false; }
};
if (!accepted(process.env.ADMIN_PASSWORD)) {
  const previous = process.env.ADMIN_PREVIOUS_PASSWORD;
  if (!previous || !accepted(previous)) stop("The server refuses the password of " + process.env.ADMIN_USER);
  connection.changeUserPassword(process.env.ADMIN_USER, process.env.ADMIN_PASSWORD);
  print("Password of " + process.env.ADMIN_USER + " changed");
}
JSON.parse(process.env.USERS).forEach(({ name, database, roles }, index) => {
  const pwd = process.env["PASSWORD_" + index];
  print("User " + name + " of " + database);
  if (!pwd) stop("Password of " + name + " is empty");
  const target = connection.getSiblingDB(database);
  try {
    if (target.getUser(name) === null) target.createUser({ user: name, pwd, roles });
    else {
      target.updateUser(name, { pwd });
      if (roles.length > 0) target.grantRolesToUser(name, roles);
    }
  } catch (error) {
    stop("User " + name + " could not be made: " + reason(error));
  }
});
print("Done");
`;
