/**
 * The job that prepares RabbitMQ: a shell script around a program for `erl`, which every image of the broker has.
 * It talks to the management API, so that no cookie and no name of a node is needed.
 */
import { SHELL_PARTS } from "../script/shell_parts.ts";

/** `$1` is the program, `$2` the terms of {@link rabbitmqTerms}. */
export const RABBITMQ_USERS_SCRIPT = `${SHELL_PARTS}
command -v erl >/dev/null 2>&1 || fail "The image has no erl; give another one by brokers.<service>.image"
export HOME=/tmp ERL_CRASH_DUMP=/dev/null
exec erl -noinput -boot start_clean -eval "$1" -extra "$2"
`;

/**
 * Virtual hosts that exist are left as they are; users and permissions are put, which changes them in place and
 * closes no connection. A user keeps the tags that it has where none are decided: a PUT without tags takes them. They
 * come as a list, before 3.9 as a text with commas, which every version takes. Of an answer only the status is shown.
 */
export const RABBITMQ_USERS_PROGRAM = `
Env = fun(Name) ->
  Value = os:getenv(Name, ""),
  case file:native_name_encoding() of
    utf8 -> unicode:characters_to_binary(Value);
    latin1 -> list_to_binary(Value)
  end
end,
Say = fun(Format, Arguments) -> io:format(standard_error, Format ++ "~n", Arguments) end,
Stop = fun(Format, Arguments) -> Say(Format, Arguments), halt(1) end,
Utf8 = fun(Text) -> unicode:characters_to_binary(Text) end,
Json = fun(Binary) ->
  [$", [if C =:= $"; C =:= $\\\\ -> [$\\\\, C]; C < 32; C =:= 127 -> io_lib:format("\\\\u~4.16.0b", [C]); true -> C end
    || <<C>> <= Binary], $"]
end,
Part = fun(Text) ->
  [if C >= $a, C =< $z; C >= $A, C =< $Z; C >= $0, C =< $9; C =:= $-; C =:= $_ -> C;
    true -> io_lib:format("%~2.16.0B", [C]) end || <<C>> <= Utf8(Text)]
end,
Host = os:getenv("BROKER_HOST"),
Port = list_to_integer(os:getenv("BROKER_PORT")),
Admin = Env("ADMIN_USER"),
All = fun All(Socket, Sofar) ->
  case gen_tcp:recv(Socket, 0, 30000) of
    {ok, More} -> All(Socket, <<Sofar/binary, More/binary>>);
    {error, Reason} when Sofar =:= <<>> -> {error, Reason};
    {error, _} -> {ok, Sofar}
  end
end,
Ask = fun(Password, Method, Path, Body) ->
  Options = [binary, {active, false}, {send_timeout, 5000}],
  case gen_tcp:connect(Host, Port, Options, 5000) of
    {error, Reason} -> {error, Reason};
    {ok, Socket} ->
      gen_tcp:send(Socket, [Method, " ", Path, " HTTP/1.1\\r\\nHost: ", Host, "\\r\\nConnection: close\\r\\n",
        "Authorization: Basic ", base64:encode(<<Admin/binary, ":", Password/binary>>), "\\r\\n",
        "Content-Type: application/json\\r\\nContent-Length: ", integer_to_list(iolist_size(Body)), "\\r\\n\\r\\n", Body]),
      Answer = All(Socket, <<>>),
      gen_tcp:close(Socket),
      case Answer of
        {ok, <<"HTTP/1.", _, " ", Status:3/binary, Rest/binary>>} -> {binary_to_integer(Status), Rest};
        {error, Reason} -> {error, Reason};
        _ -> {error, no_http}
      end
  end
end,
Send = fun(Password, Method, Path, Body) ->
  case Ask(Password, Method, Path, Body) of
    {Status, _} when is_integer(Status) -> Status;
    Problem -> Problem
  end
end,
Now = fun() -> erlang:monotonic_time(second) end,
End = Now() + list_to_integer(os:getenv("WAIT_SECONDS")),
Await = fun Await(Password) ->
  case Send(Password, "GET", "/api/overview", "") of
    Status when Status =:= 200; Status =:= 401; Status =:= 403 -> Status;
    Other ->
      case Now() < End of
        true -> timer:sleep(1000), Await(Password);
        false -> Stop("The broker did not answer in time: ~p", [Other])
      end
  end
end,
Current = Env("ADMIN_PASSWORD"),
Previous = Env("ADMIN_PREVIOUS_PASSWORD"),
Put = fun(Password, What, Path, Body) ->
  Say("~ts", [What]),
  case Send(Password, "PUT", Path, Body) of
    Status when Status =:= 201; Status =:= 204 -> ok;
    Problem -> Stop("The broker refuses it: ~p", [Problem])
  end
end,
case Await(Current) of
  200 -> ok;
  _ when Previous =/= <<>> ->
    case Await(Previous) of
      200 ->
        Put(Previous, "Password of the administrator", ["/api/users/", Part(unicode:characters_to_list(Admin))],
          ["{\\"tags\\":\\"administrator\\",\\"password\\":", Json(Current), "}"]);
      _ -> Stop("The broker refuses the password of ~ts", [Admin])
    end;
  _ -> Stop("The broker refuses the password of ~ts", [Admin])
end,
Tags = fun
  (Name, keep) ->
    case Ask(Current, "GET", ["/api/users/", Part(Name)], "") of
      {404, _} -> <<>>;
      {200, Answer} ->
        case re:run(Answer, "\\"tags\\":(\\\\[[^\\\\]]*\\\\]|\\"[^\\"]*\\")", [{capture, all_but_first, binary}]) of
          {match, [Found]} -> iolist_to_binary(re:replace(Found, "[\\\\[\\\\]\\"]", "", [global]));
          nomatch -> Stop("User ~ts has no tags that can be read", [Name])
        end;
      Problem -> Stop("User ~ts cannot be read: ~p", [Name, element(1, Problem)])
    end;
  (_, Decided) -> Utf8(Decided)
end,
[Text] = init:get_plain_arguments(),
{ok, Tokens, _} = erl_scan:string(Text),
{ok, Terms} = erl_parse:parse_term(Tokens),
[case Env("PASSWORD_" ++ integer_to_list(Index)) of
  <<>> -> Stop("Password of ~ts is empty", [Name]);
  _ -> ok
end || {user, Name, Index, _} <- Terms],
[case Term of
  {vhost, Name} ->
    Path = ["/api/vhosts/", Part(Name)],
    case Send(Current, "GET", Path, "") of
      200 -> Say("Virtual host ~ts", [Name]);
      404 -> Put(Current, ["Virtual host ", Name], Path, "{}");
      Problem -> Stop("Virtual host ~ts cannot be read: ~p", [Name, Problem])
    end;
  {user, Name, Index, Decided} ->
    Put(Current, ["User ", Name], ["/api/users/", Part(Name)],
      ["{\\"tags\\":", Json(Tags(Name, Decided)), ",\\"password\\":", Json(Env("PASSWORD_" ++ integer_to_list(Index))), "}"]);
  {permission, Vhost, Name, Configure, Write, Read} ->
    Put(Current, ["Permissions of ", Name, " in ", Vhost], ["/api/permissions/", Part(Vhost), "/", Part(Name)],
      ["{\\"configure\\":", Json(Utf8(Configure)), ",\\"write\\":", Json(Utf8(Write)), ",\\"read\\":", Json(Utf8(Read)), "}"])
end || Term <- Terms],
Say("Done", []),
halt(0).
`;
