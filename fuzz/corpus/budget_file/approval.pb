META
key;value
description;Four projects, an invented election
country;China
unit;Songjiang
instance;2026
num_projects;4
num_votes;5
budget;12
vote_type;approval
rule;greedy
date_begin;2026-05-01
PROJECTS
project_id;cost;name;category
a;6;Benches;public space
b;6;Lamps;"public space; safety"
c;5;Trees;environmental protection
d;0;A name for the lane;culture
VOTES
voter_id;age;sex;vote;voting_method
1;31;F;a,c;internet
2;70;M;a,b;paper
3;;F;b,c;paper
4;18;M;d;internet
5;44;M;;internet
