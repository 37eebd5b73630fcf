CREATE USER 'shop'@'172.18.%' IDENTIFIED VIA unix_socket;
CREATE USER 'other'@'10.42.%';
