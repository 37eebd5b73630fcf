/** The job that prepares users of MongoDB: a shell script around a program for mongosh, `$1`. */
import { SHELL_PARTS } from "../script/shell_parts.ts";

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
const variables = process.env;
const end = Date.now() + 1000 * Number(variables.WAIT_SECONDS);
const address = "mongodb://" + variables.DATABASE_HOST + ":" + variables.DATABASE_PORT
  + "/admin?serverSelectionTimeoutMS=5000&directConnection=true";
const reason = (error) => error.codeName || error.code || error.name;
let admin;
while (admin === undefined) {
  try { admin = connect(address); } catch (error) {
    if (Date.now() > end) {
      print("The server did not answer within " + variables.WAIT_SECONDS + " seconds: " + reason(error));
      quit(1);
    }
    sleep(1000);
  }
}
let login = "";
for (const variable of ["ADMIN_PASSWORD", "ADMIN_PREVIOUS_PASSWORD"]) {
  if (login === "" && variables[variable]) {
    try { admin.auth(variables.ADMIN_USER, variables[variable]); login = variable; } catch (error) { login = ""; }
  }
}
if (login === "") {
  print("The server refuses the password of " + variables.ADMIN_USER);
  quit(1);
}
if (login === "ADMIN_PREVIOUS_PASSWORD") {
  admin.changeUserPassword(variables.ADMIN_USER, variables.ADMIN_PASSWORD);
  print("Password of " + variables.ADMIN_USER + " changed");
}
const users = JSON.parse(variables.USERS);
for (let index = 0; index < users.length; index++) {
  if (!variables["PASSWORD_" + index]) {
    print("Password of " + users[index].name + " is empty");
    quit(1);
  }
}
for (let index = 0; index < users.length; index++) {
  const { name, database, roles } = users[index];
  const pwd = variables["PASSWORD_" + index];
  const target = admin.getSiblingDB(database);
  print("User " + name + " of " + database);
  try {
    if (target.getUser(name) === null) target.createUser({ user: name, pwd, roles });
    else {
      target.updateUser(name, { pwd });
      if (roles.length > 0) target.grantRolesToUser(name, roles);
    }
  } catch (error) {
    print("It could not be made: " + reason(error));
    quit(1);
  }
}
print("Done");
`;
